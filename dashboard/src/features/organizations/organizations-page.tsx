import { Plus } from 'lucide-react';
import { useState } from 'react';
import { PageHeader } from '@/components/page-header.tsx';
import { Button } from '@/components/ui/button.tsx';
import { useMay } from '@/lib/session.ts';
import { useShortcuts } from '@/lib/shortcuts.ts';
import { OrganizationDialog } from './organization-dialog.tsx';
import { OrganizationList } from './organization-list.tsx';

/** Every organization: for operators. */
export function OrganizationsPage() {
  const [creating, setCreating] = useState(false);
  const mayCreate = useMay('POST /organizations');
  useShortcuts(mayCreate ? { n: () => setCreating(true) } : {});
  const create = mayCreate && (
    <Button onClick={() => setCreating(true)} title="n">
      <Plus aria-hidden /> New customer
    </Button>
  );
  return (
    <div className="flex flex-col gap-5">
      <PageHeader title="Customers" actions={create}>
        Every organization: what it may spend, and how it is billed. Open one to see the product as it does.
      </PageHeader>
      <OrganizationList action={create} />
      {creating && <OrganizationDialog onClose={() => setCreating(false)} />}
    </div>
  );
}

import { useNavigate, useSearch } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useId, useState } from 'react';
import { PageHeader } from '@/components/page-header.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Label } from '@/components/ui/label.tsx';
import { Switch } from '@/components/ui/switch.tsx';
import { PriceDialog } from './price-dialog.tsx';
import { PriceList } from './price-list.tsx';

/** What customers pay: for operators alone. */
export function PricesPage() {
  const { ended = false } = useSearch({ from: '/app/prices' });
  const [creating, setCreating] = useState(false);
  const navigate = useNavigate();
  const id = useId();
  const create = (
    <Button onClick={() => setCreating(true)}>
      <Plus aria-hidden /> New price
    </Button>
  );
  return (
    <div className="flex flex-col gap-5">
      <PageHeader title="Sale prices" actions={create}>
        A markup on what providers take, or rates of your own. The nearest owner decides, then the longest pattern.
      </PageHeader>
      <div className="flex items-center gap-2">
        <Switch
          id={id}
          checked={ended}
          onCheckedChange={(on) =>
            void navigate({ to: '/prices', search: (before) => ({ ...before, ended: on || undefined }) })
          }
        />
        <Label htmlFor={id} className="font-normal">
          With those that have ended
        </Label>
      </div>
      <PriceList ended={ended} action={create} />
      {creating && <PriceDialog onClose={() => setCreating(false)} />}
    </div>
  );
}

import { useState } from 'react';
import { PageHeader } from '@/components/page-header.tsx';
import { Button } from '@/components/ui/button.tsx';
import { useIsOperator } from '@/lib/session.ts';
import { AddModelDialog } from './add-model-dialog.tsx';
import { DiscoverDialog } from './discover-dialog.tsx';
import { ImportDialog } from './import-dialog.tsx';
import { ModelFilters } from './model-filters.tsx';
import { ModelList } from './model-list.tsx';
import { ModelSheet } from './model-sheet.tsx';
import { SyncDialog } from './sync-dialog.tsx';

type Open = 'add' | 'discover' | 'import' | 'sync';

export function ModelsPage() {
  const isOperator = useIsOperator();
  const [open, setOpen] = useState<Open>();
  const onClose = () => setOpen(undefined);
  const actions = (
    <>
      <Button variant="outline" onClick={() => setOpen('discover')}>
        Discover
      </Button>
      <Button variant="outline" onClick={() => setOpen('import')}>
        Import
      </Button>
      <Button variant="outline" onClick={() => setOpen('sync')}>
        Refresh prices
      </Button>
      <Button onClick={() => setOpen('add')}>Add model</Button>
    </>
  );
  return (
    <div className="flex flex-col gap-4">
      <PageHeader title="Models" actions={isOperator ? actions : undefined}>
        {isOperator
          ? 'Every model that is known, what its provider charges, and why one cannot be called.'
          : 'What you may call, and what you pay for it.'}
      </PageHeader>
      <ModelFilters isOperator={isOperator} />
      <ModelList isOperator={isOperator} />
      <ModelSheet />
      {open === 'add' && <AddModelDialog onClose={onClose} />}
      {open === 'discover' && <DiscoverDialog onClose={onClose} />}
      {open === 'import' && <ImportDialog onClose={onClose} />}
      {open === 'sync' && <SyncDialog onClose={onClose} />}
    </div>
  );
}

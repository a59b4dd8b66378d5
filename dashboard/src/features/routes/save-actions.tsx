import { useState } from 'react';
import { ConfirmDialog } from '@/components/confirm-dialog.tsx';
import { Button } from '@/components/ui/button.tsx';
import type { useSaving } from './use-saving.ts';

export function SaveActions({
  known,
  isChanged,
  isReady,
  saving,
  onSave,
}: {
  known: string | undefined;
  isChanged: boolean;
  isReady: boolean;
  saving: ReturnType<typeof useSaving>;
  onSave: () => void;
}) {
  const [asks, setAsks] = useState(false);
  return (
    <>
      {known !== undefined && (
        <Button variant="outline" onClick={() => setAsks(true)}>
          Delete
        </Button>
      )}
      <Button disabled={!isChanged || !isReady || saving.pending} onClick={onSave}>
        {known === undefined ? 'Make route' : 'Save'}
      </Button>
      <ConfirmDialog
        open={asks}
        onOpenChange={setAsks}
        title={`Delete the route ${known}?`}
        action="Delete route"
        onConfirm={saving.drop}
        pending={saving.dropping.isPending}
        error={saving.dropping.error}
      >
        Whoever asks for <b>{known}</b> from then on is told that there is no such model. Its history stays, and it can
        be had back by its name.
      </ConfirmDialog>
    </>
  );
}

import type { Key } from '@tollgate/client';
import { useState } from 'react';
import { ConfirmDialog } from '@/components/confirm-dialog.tsx';
import { Button } from '@/components/ui/button.tsx';
import { toast } from '@/components/ui/toast.tsx';
import { useAsk, useChange } from '@/lib/api.ts';
import { EditKey } from './edit-key.tsx';
import { usageWords } from './keys.ts';
import { RotateKey } from './rotate-key.tsx';

const stale = ['GET /keys', 'GET /keys/{keyId}'] as const;

/** What can be done with a key that is not revoked. */
export function KeyActions({ of }: { of: Key }) {
  const [open, setOpen] = useState<'edit' | 'rotate' | 'revoke'>();
  const pause = useChange('POST /keys/{keyId}/pause', stale);
  const resume = useChange('POST /keys/{keyId}/resume', stale);
  const close = () => setOpen(undefined);
  const params = { keyId: of.id };
  const onError = (error: Error) => toast.failed('The key was not changed', error.message);
  function turn() {
    const [act, undo] = of.pausedAt === null ? [pause, resume] : [resume, pause];
    const word = of.pausedAt === null ? 'Key paused: it is refused now' : 'Key resumed: it works again';
    act.mutate({ params }, { onError, onSuccess: () => toast.undo(word, () => undo.mutate({ params }, { onError })) });
  }
  return (
    <>
      <Button variant="outline" onClick={() => setOpen('edit')}>
        Change
      </Button>
      <Button variant="outline" onClick={() => setOpen('rotate')}>
        Rotate
      </Button>
      <Button variant="outline" disabled={pause.isPending || resume.isPending} onClick={turn}>
        {of.pausedAt === null ? 'Pause' : 'Resume'}
      </Button>
      <Button variant="destructive" onClick={() => setOpen('revoke')}>
        Revoke
      </Button>
      {open === 'edit' && <EditKey of={of} onClose={close} />}
      {open === 'rotate' && <RotateKey of={of} onClose={close} />}
      {open === 'revoke' && <RevokeKey of={of} onClose={close} />}
    </>
  );
}

function RevokeKey({ of, onClose }: { of: Key; onClose: () => void }) {
  const revoke = useChange('POST /keys/{keyId}/revoke', stale);
  const params = { keyId: of.id };
  const activity = useAsk('GET /keys/{keyId}/activity', { params });
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Revoke ${of.name}?`}
      action="Revoke key"
      pending={revoke.isPending}
      error={revoke.error}
      onConfirm={() => revoke.mutate({ params }, { onSuccess: onClose })}
    >
      {activity.data && (
        <p className="mb-2 font-medium">{usageWords(activity.data.requestsPerMinute, activity.data.requests)}</p>
      )}
      <p>
        Whoever uses it is refused within a second, and it never works again. To stop it for a while, pause it; to
        replace its text without a gap, rotate it.
      </p>
    </ConfirmDialog>
  );
}

import type { Member, TheirKey } from '@tollgate/client';
import { useState } from 'react';
import { ConfirmDialog } from '@/components/confirm-dialog.tsx';
import { ErrorState } from '@/components/error-state.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Select } from '@/components/ui/select.tsx';
import { toast } from '@/components/ui/toast.tsx';
import { useAsk, useChange } from '@/lib/api.ts';

const member = '/organizations/{organizationId}/members/{memberId}';

const wishes = [
  { value: 'revoke-management', label: 'Revoke management keys, keep those for calling' },
  { value: 'revoke-all', label: 'Revoke all of them' },
  { value: 'keep', label: 'Keep all of them' },
] as const;
type Wish = (typeof wishes)[number]['value'];

interface Props {
  readonly organizationId: string;
  readonly member: Member;
  readonly onClose: () => void;
}

/** Whoever goes may have kept what they were shown: says which keys that concerns, before anything is done. */
export function RemoveDialog({ organizationId, member: { id: memberId, name }, onClose }: Props) {
  const [wish, setWish] = useState<Wish>('revoke-management');
  const params = { organizationId, memberId };
  const keys = useAsk(`GET ${member}/keys`, { params });
  const remove = useChange(`DELETE ${member}`, ['GET /organizations/{organizationId}/members', 'GET /keys']);
  const theirs = keys.data?.data ?? [];
  function confirm() {
    remove.mutate(
      { params, query: { keys: wish } },
      {
        onSuccess: ({ settledKeys }) => {
          const kept = settledKeys.filter(({ fate }) => fate === 'kept').map((key) => key.name);
          toast.done(`${name} is removed`, kept.length > 0 ? `These keys go on: ${kept.join(', ')}.` : undefined);
          onClose();
        },
      },
    );
  }
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Remove ${name}?`}
      action="Remove member"
      onConfirm={confirm}
      pending={remove.isPending}
      error={remove.error}
    >
      <p>All of their sessions end at once, and invitations that they made are revoked.</p>
      {keys.error !== null && <ErrorState error={keys.error} onRetry={keys.refetch} />}
      {theirs.length > 0 && (
        <div className="mt-3 flex flex-col gap-3">
          <KeyList keys={theirs} wish={wish} />
          <Field label="Keys that they made or know">
            <Select items={wishes} value={wish} onChange={setWish} />
          </Field>
        </div>
      )}
    </ConfirmDialog>
  );
}

function KeyList({ keys, wish }: { keys: readonly TheirKey[]; wish: Wish }) {
  return (
    <ul aria-label="Their keys" className="max-h-40 divide-y overflow-y-auto rounded-md border text-sm">
      {keys.map(({ id, name, kind, role }) => {
        const isRevoked = wish === 'revoke-all' || (wish === 'revoke-management' && kind === 'management');
        return (
          <li key={id} className="flex justify-between gap-4 px-3 py-1.5">
            <span className="min-w-0 truncate">
              {name}{' '}
              <span className="text-muted-foreground">{role === null ? 'calls models' : `manages as ${role}`}</span>
            </span>
            <span className={isRevoked ? 'text-bad' : 'text-muted-foreground'}>
              {isRevoked ? 'revoked' : 'goes on'}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

import type { Key } from '@tollgate/client';
import { useState } from 'react';
import { errorAt, FormDialog } from '@/components/form-dialog.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Input } from '@/components/ui/input.tsx';
import { useChange } from '@/lib/api.ts';
import { KeyFields, keyFieldNames } from './key-fields.tsx';
import { draftOf, expiryOf, type KeyDraft, limitsOf, listOf } from './keys.ts';

export function EditKey({ of, onClose }: { of: Key; onClose: () => void }) {
  const [draft, setDraft] = useState<KeyDraft>(() => draftOf(of));
  const change = useChange('PATCH /keys/{keyId}', ['GET /keys', 'GET /keys/{keyId}']);
  const set = (part: Partial<KeyDraft>) => setDraft({ ...draft, ...part });
  const params = { keyId: of.id };
  const body = bodyOf(draft, of);
  return (
    <FormDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Change ${of.name}`}
      description="In force everywhere within a second."
      action="Save"
      pending={change.isPending}
      error={change.error}
      fields={keyFieldNames}
      onSubmit={() => change.mutate({ params, body }, { onSuccess: onClose })}
      curl={{ route: 'PATCH /keys/{keyId}', params, body }}
    >
      <Field label="Name" error={errorAt(change.error, 'name')}>
        <Input value={draft.name} onChange={(event) => set({ name: event.target.value })} maxLength={100} required />
      </Field>
      {of.kind === 'call' && <KeyFields draft={draft} set={set} error={change.error} />}
    </FormDialog>
  );
}

/** What was not touched is left out: a day alone would move the hour at which it expires. */
function bodyOf(draft: KeyDraft, of: Key) {
  if (of.kind === 'management') return { name: draft.name };
  const before = draftOf(of);
  return {
    ...(draft.name !== before.name && { name: draft.name }),
    ...(draft.models !== before.models && { models: draft.models.trim() === '' ? null : listOf(draft.models) }),
    ...(draft.tags !== before.tags && { tags: listOf(draft.tags) }),
    ...(draft.expires !== before.expires && { expiresAt: draft.expires === '' ? null : expiryOf(draft.expires) }),
    limits: limitsOf(draft, of.limits),
  };
}

import type { Key } from '@tollgate/client';
import { useState } from 'react';
import { errorAt, FormDialog } from '@/components/form-dialog.tsx';
import { SecretOnce } from '@/components/secret-once.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Select } from '@/components/ui/select.tsx';
import { useChange } from '@/lib/api.ts';

const overlaps = [
  { value: '0', label: 'Not at all: it leaked' },
  { value: '3600', label: 'For an hour' },
  { value: '86400', label: 'For a day' },
  { value: '604800', label: 'For a week' },
] as const;

/** A new text for the same key; both work for a while, so that callers can follow. */
export function RotateKey({ of, onClose }: { of: Key; onClose: () => void }) {
  const [overlap, setOverlap] = useState<(typeof overlaps)[number]['value']>('86400');
  const [secret, setSecret] = useState<string>();
  const rotate = useChange('POST /keys/{keyId}/rotate', ['GET /keys', 'GET /keys/{keyId}']);
  const params = { keyId: of.id };
  const body = { overlapSeconds: Number(overlap) };
  return (
    <>
      <FormDialog
        open={secret === undefined}
        onOpenChange={(open) => !open && secret === undefined && onClose()}
        title={`Rotate ${of.name}`}
        description="The key gets a new text. Its limits, budgets and usage stay."
        action="Rotate key"
        pending={rotate.isPending}
        error={rotate.error}
        fields={['overlapSeconds']}
        onSubmit={() => rotate.mutate({ params, body }, { onSuccess: ({ key }) => setSecret(key) })}
        curl={{ route: 'POST /keys/{keyId}/rotate', params, body }}
      >
        <Field label="The old text works on" error={errorAt(rotate.error, 'overlapSeconds')}>
          <Select items={overlaps} value={overlap} onChange={setOverlap} />
        </Field>
      </FormDialog>
      <SecretOnce secret={secret} title={`The new text of ${of.name}`} what="key" onDone={onClose} />
    </>
  );
}

import type { Key } from '@tollgate/client';
import { ErrorState } from '@/components/error-state.tsx';
import { Select } from '@/components/ui/select.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { toast } from '@/components/ui/toast.tsx';
import { useAsk, useChange } from '@/lib/api.ts';
import { useMay } from '@/lib/session.ts';

const items = [
  { value: 'organization', label: 'As the organization says' },
  { value: 'keep', label: 'Kept, where that is allowed' },
  { value: 'none', label: 'Never kept' },
] as const;

/** Whether prompts and answers of this key are kept. */
export function KeyContent({ of }: { of: Key }) {
  const params = { keyId: of.id };
  const said = useAsk('GET /keys/{keyId}/content', { params });
  const may = useMay('PUT /keys/{keyId}/content') && of.revokedAt === null;
  const change = useChange('PUT /keys/{keyId}/content', [
    'GET /keys/{keyId}/content',
    'GET /organizations/{organizationId}/content',
  ]);
  if (said.error) return <ErrorState error={said.error} onRetry={said.refetch} />;
  if (said.data === undefined) return <Skeleton className="h-8" />;
  const choose = (value: (typeof items)[number]['value']) =>
    change.mutate(
      { params, body: { content: value === 'organization' ? null : value } },
      { onSuccess: () => toast.done('Saved for new requests') },
    );
  return (
    <>
      <Select
        aria-label="Prompts and answers"
        className="w-60 max-w-full"
        items={items}
        value={said.data.content ?? 'organization'}
        disabled={!may || change.isPending}
        onChange={choose}
      />
      {change.error !== null && <ErrorState error={change.error} />}
    </>
  );
}

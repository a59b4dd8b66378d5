import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import { EmptyState } from '@/components/empty-state.tsx';
import { ErrorState } from '@/components/error-state.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Card } from '@/components/ui/card.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useAsk } from '@/lib/api.ts';
import { useMay } from '@/lib/session.ts';
import { OwnKeyDialog } from './own-key-dialog.tsx';
import { OwnKeyRow } from './own-key-row.tsx';

/** Keys of an organization's own accounts. Its requests use them first, and nobody else's ever do. */
export function OwnKeys({ organizationId }: { organizationId: string }) {
  const [adding, setAdding] = useState(false);
  const maySet = useMay('PUT /organizations/{organizationId}/provider-keys/{provider}');
  const keys = useAsk('GET /organizations/{organizationId}/provider-keys', { params: { organizationId } });
  if (keys.error) return <ErrorState error={keys.error} onRetry={keys.refetch} />;
  if (keys.data === undefined) return <Skeleton className="h-48 rounded-lg" />;
  const { data } = keys.data;
  const add = maySet && (
    <Button onClick={() => setAdding(true)} className="w-fit self-end">
      <Plus />
      Add an own key
    </Button>
  );
  return (
    <div className="flex flex-col gap-4">
      {data.length > 0 && add}
      {data.length === 0 ? (
        <Card>
          <EmptyState title="No keys of your own" icon={KeyRound} {...(add !== false && { action: add })}>
            With an account of your own at a provider, your requests there use your key, and what it answers is billed
            to you by the provider.
          </EmptyState>
        </Card>
      ) : (
        <Card>
          <ul className="divide-y">
            {data.map((each) => (
              <OwnKeyRow key={each.id} providerKey={each} />
            ))}
          </ul>
        </Card>
      )}
      {adding && <OwnKeyDialog organizationId={organizationId} onClose={() => setAdding(false)} />}
    </div>
  );
}

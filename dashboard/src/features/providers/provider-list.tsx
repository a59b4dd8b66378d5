import { Link } from '@tanstack/react-router';
import { Plug, Plus } from 'lucide-react';
import { useState } from 'react';
import { EmptyState } from '@/components/empty-state.tsx';
import { ErrorState } from '@/components/error-state.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useAsk } from '@/lib/api.ts';
import { useMay } from '@/lib/session.ts';
import { useShortcuts } from '@/lib/shortcuts.ts';
import { AddProviderDialog } from './add-provider-dialog.tsx';
import { ProviderCard } from './provider-card.tsx';

const everyMs = 10_000;

export function ProviderList() {
  const [adding, setAdding] = useState(false);
  const mayAdd = useMay('POST /providers');
  const providers = useAsk('GET /providers', undefined, { refetchInterval: everyMs });
  useShortcuts({ n: () => mayAdd && setAdding(true) });
  if (providers.error) return <ErrorState error={providers.error} onRetry={providers.refetch} />;
  if (providers.data === undefined) return <Skeleton className="h-64 rounded-lg" />;
  const { data } = providers.data;
  return (
    <div className="flex flex-col gap-4">
      {mayAdd && data.length > 0 && <AddButton onClick={() => setAdding(true)} />}
      {data.length === 0 ? (
        <EmptyState title="No provider yet" icon={Plug} action={<AddButton onClick={() => setAdding(true)} />}>
          <p>
            Providers answer requests. The built-in mock answers without one: the{' '}
            <Link to="/start" className="text-primary underline">
              first-run guide
            </Link>{' '}
            takes two minutes.
          </p>
        </EmptyState>
      ) : (
        <ul className="flex flex-col gap-4">
          {data.map((provider) => (
            <li key={provider.name}>
              <ProviderCard provider={provider} />
            </li>
          ))}
        </ul>
      )}
      {adding && <AddProviderDialog onClose={() => setAdding(false)} />}
    </div>
  );
}

function AddButton({ onClick }: { onClick: () => void }) {
  return (
    <Button onClick={onClick} className="w-fit self-end">
      <Plus />
      Add a provider
    </Button>
  );
}

/** Any model or route that the organization may call, as the data plane lists them. */
import { useQuery } from '@tanstack/react-query';
import { ChevronsUpDown } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { Button } from '@/components/ui/button.tsx';
import { Popover, PopoverContent, PopoverTrigger } from '@/components/ui/popover.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useOrganizationId } from '@/lib/session.ts';
import { type KeySource, usePlaygroundKey } from './playground-key.ts';

const Choices = lazy(() =>
  import('@/components/choices.tsx').then(({ Choices: component }) => ({ default: component })),
);

export function ModelPicker({ model, onModel }: { model: string; onModel: (model: string) => void }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Popover open={isOpen} onOpenChange={setOpen}>
      <PopoverTrigger
        render={<Button variant="ghost" className="min-w-0 shrink font-medium" aria-label={`Model: ${model}`} />}
      >
        <span className="truncate">{model}</span>
        <ChevronsUpDown className="size-3.5 text-muted-foreground" aria-hidden />
      </PopoverTrigger>
      <PopoverContent className="w-80 p-0">
        {isOpen && (
          <Models
            onChoose={(chosen) => {
              onModel(chosen);
              setOpen(false);
            }}
          />
        )}
      </PopoverContent>
    </Popover>
  );
}

function Models({ onChoose }: { onChoose: (model: string) => void }) {
  const key = usePlaygroundKey();
  const organization = useOrganizationId();
  const models = useQuery({
    queryKey: ['callable models', organization ?? null],
    queryFn: ({ signal }) => listModels(key, signal),
    staleTime: 60_000,
  });
  if (models.error) return <p className="p-3 text-bad">{models.error.message}</p>;
  if (models.data === undefined) return <Skeleton className="m-3 h-40" />;
  const items = models.data.map((id) => ({ value: id, words: id.replaceAll(/[/.-]/g, ' '), shown: id }));
  return (
    <Suspense fallback={<Skeleton className="m-3 h-40" />}>
      <Choices label="Find a model or route" items={items} onChoose={onChoose} />
    </Suspense>
  );
}

async function listModels(key: KeySource, signal: AbortSignal): Promise<readonly string[]> {
  const headers = { authorization: `Bearer ${(await key.get()).key}` };
  const response = await fetch('/v1/models', { headers, credentials: 'omit', signal });
  if (!response.ok) throw new Error(`The list of models cannot be read now (${response.status}).`);
  const { data }: { data: readonly { readonly id: string }[] } = await response.json();
  return data.map(({ id }) => id);
}

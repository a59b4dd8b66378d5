import { useState } from 'react';
import { ErrorState } from '@/components/error-state.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Dialog, DialogBody, DialogContent } from '@/components/ui/dialog.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Select } from '@/components/ui/select.tsx';
import { useAsk, useChange } from '@/lib/api.ts';
import { AddModelDialog } from './add-model-dialog.tsx';

/** What a provider says that it has, beside what is known here. */
export function DiscoverDialog({ onClose }: { onClose: () => void }) {
  // Not those of callable models: a new provider has none, and is what this is for.
  const all = useAsk('GET /providers');
  const [provider, setProvider] = useState<string | null>(null);
  const [adding, setAdding] = useState<string>();
  const discover = useChange('POST /models/discover');
  const providers = all.data?.data.filter(({ isOn }) => isOn).map(({ name }) => name) ?? [];
  const found = discover.data;
  if (adding !== undefined) return <AddModelDialog id={adding} onClose={onClose} />;
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        title="Discover models"
        description="Asks a provider which models it has, with the key that requests use. It costs nothing, and changes nothing."
      >
        <DialogBody className="flex flex-col gap-4">
          <div className="flex items-end gap-2">
            <Field label="Provider" className="flex-1">
              <Select
                items={providers.map((each) => ({ value: each, label: each }))}
                value={provider}
                onChange={setProvider}
              />
            </Field>
            <Button
              disabled={provider === null || discover.isPending}
              onClick={() => provider !== null && discover.mutate({ body: { provider } })}
            >
              {discover.isPending ? 'Asking …' : 'Ask it'}
            </Button>
          </div>
          {discover.error !== null && <ErrorState error={discover.error} />}
          {found !== undefined && (
            <>
              <p role="status" className="text-sm">
                It lists <b>{found.listed}</b>: <b>{found.known.length}</b> are known here,{' '}
                <b>{found.unknown.length}</b> are not. <b>{found.unlisted.length}</b> of the catalogue it does not list.
              </p>
              <Names title="Not known here: refused until they have a price" names={found.unknown} onAdd={setAdding} />
              <Names title="Known here" names={found.known.map(({ id }) => id)} />
              <Names title="In the catalogue, and not in its list" names={found.unlisted} />
            </>
          )}
        </DialogBody>
      </DialogContent>
    </Dialog>
  );
}

const shownMax = 100;

function Names({ title, names, onAdd }: { title: string; names: readonly string[]; onAdd?: (id: string) => void }) {
  if (names.length === 0) return null;
  return (
    <section>
      <h3 className="mb-1 flex items-center gap-2 text-sm font-semibold">
        {title} <Badge>{names.length}</Badge>
      </h3>
      <ul className="max-h-56 overflow-y-auto rounded-md border text-sm">
        {names.slice(0, shownMax).map((name) => (
          <li key={name} className="flex min-h-9 items-center justify-between gap-2 border-b px-3 last:border-0">
            <span className="truncate">{name}</span>
            {onAdd !== undefined && (
              <Button size="sm" variant="outline" onClick={() => onAdd(name)}>
                Add
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

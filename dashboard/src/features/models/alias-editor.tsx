import type { Model } from '@tollgate/client';
import { X } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { errorAt } from '@/components/form-dialog.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Input } from '@/components/ui/input.tsx';
import { useChange } from '@/lib/api.ts';

const stale = ['GET /models', 'GET /models/aliases'] as const;

/** Other names of it: with and without the provider they mean this model. */
export function AliasEditor({ model: { id, provider, aliases, source } }: { model: Model }) {
  const [alias, setAlias] = useState('');
  const add = useChange('POST /models/aliases', stale);
  const drop = useChange('DELETE /models/aliases/{aliasId}', stale);
  function submit(event: FormEvent) {
    event.preventDefault();
    add.mutate({ body: { alias, model: id } }, { onSuccess: () => setAlias('') });
  }
  const problem = add.error ?? drop.error;
  return (
    <section className="flex flex-col gap-2">
      <h3 className="text-sm font-semibold">Other names</h3>
      {aliases.length > 0 && (
        <ul className="flex flex-wrap gap-1.5">
          {aliases.map((each) => (
            <li key={each} className="flex items-center gap-1 rounded-full border py-0.5 pr-0.5 pl-2.5 text-xs">
              {each}
              {source !== 'file' && (
                <Button
                  variant="ghost"
                  size="icon-sm"
                  className="size-5 rounded-full"
                  aria-label={`Take the name ${each} back`}
                  onClick={() => drop.mutate({ params: { aliasId: `${provider}/${each}` } })}
                >
                  <X className="size-3!" />
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {source !== 'file' && (
        <form onSubmit={submit} className="flex items-end gap-2">
          <Field
            label="One more name"
            className="flex-1"
            error={problem === null ? undefined : (errorAt(problem, 'alias') ?? problem.message)}
          >
            <Input value={alias} onChange={(event) => setAlias(event.target.value)} required maxLength={256} />
          </Field>
          <Button type="submit" variant="outline" disabled={add.isPending}>
            Add name
          </Button>
        </form>
      )}
    </section>
  );
}

import type { Model } from '@tollgate/client';
import { type FormEvent, useState } from 'react';
import { AsCurl } from '@/components/as-curl.tsx';
import { ErrorState } from '@/components/error-state.tsx';
import { errorAt } from '@/components/form-dialog.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Input } from '@/components/ui/input.tsx';
import { toast } from '@/components/ui/toast.tsx';
import { useChange } from '@/lib/api.ts';
import { priceOf, RateFields, type Rates } from './rate-fields.tsx';

const stale = ['GET /models', 'GET /models/price-history'] as const;

/** Its price, now or from a time on, and its context. Back to the price list with one button. */
export function ModelEditor({ model }: { model: Model }) {
  const { price, contextTokens, id, source } = model;
  const [rates, setRates] = useState<Rates>(() => typed(price));
  const [context, setContext] = useState(contextTokens === null ? '' : String(contextTokens));
  const [at, setAt] = useState('');
  const change = useChange('PATCH /models/{modelId}', stale);
  const drop = useChange('DELETE /models/{modelId}', stale);
  const params = { modelId: id };
  const wanted = priceOf(rates);
  const body = {
    ...(wanted && { price: { ...others(price), ...wanted } }),
    ...(at !== '' && { effectiveAt: new Date(at).toISOString() }),
    ...(context !== String(contextTokens ?? '') && { contextTokens: context === '' ? null : Number(context) }),
  };
  function submit(event: FormEvent) {
    event.preventDefault();
    change.mutate({ params, body }, { onSuccess: () => toast.done(`${id} is changed for new requests`) });
  }
  const error = change.error ?? drop.error;
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      <h3 className="text-sm font-semibold">Correct it</h3>
      <p className="-mt-2 text-xs text-muted-foreground">
        Dollars for a million tokens. Requests from then on are charged by it on every instance; running ones keep the
        price they began with.
      </p>
      <RateFields value={rates} onChange={setRates} error={error} />
      <div className="grid gap-3 sm:grid-cols-2">
        <Field label="Holds from" hint="Empty: from now on." error={errorAt(error, 'effectiveAt')}>
          <Input type="datetime-local" value={at} onChange={(event) => setAt(event.target.value)} />
        </Field>
        <Field label="Context in tokens" hint="Empty: as the catalogue has it." error={errorAt(error, 'contextTokens')}>
          <Input
            inputMode="numeric"
            pattern="\d*"
            value={context}
            onChange={(event) => setContext(event.target.value)}
          />
        </Field>
      </div>
      {error !== null && !fields.some((field) => errorAt(error, field)) && <ErrorState error={error} />}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" disabled={change.isPending}>
          Save
        </Button>
        {source === 'api' && (
          <Button
            variant="outline"
            disabled={drop.isPending}
            onClick={() => drop.mutate({ params }, { onSuccess: () => toast.done(`${id} is as the catalogue says`) })}
          >
            Take back what was said here
          </Button>
        )}
      </div>
      <AsCurl route="PATCH /models/{modelId}" params={params} body={body} />
    </form>
  );
}

const fields = ['price', 'effectiveAt', 'contextTokens'];
const shownRates = ['input', 'output', 'cacheRead', 'cacheWrite'];

function typed(price: Model['price']): Rates {
  const rates: Rates = {};
  for (const name of shownRates) {
    const rate = price?.[name as 'input'];
    if (rate) rates[name] = rate;
  }
  return rates;
}

/** Rates that the form does not show stay as they are. */
function others(price: Model['price']): Rates {
  if (price === null) return {};
  const { version: _, tiers: __, ...all } = price;
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, rate]) => (rate && !shownRates.includes(name) ? [[name, rate]] : [])),
  );
}

import { useNavigate } from '@tanstack/react-router';
import type { Model } from '@tollgate/client';
import { ErrorState } from '@/components/error-state.tsx';
import { Tokens } from '@/components/figures.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { Sheet, SheetContent } from '@/components/ui/sheet.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useAsk } from '@/lib/api.ts';
import { useMay } from '@/lib/session.ts';
import { AliasEditor } from './alias-editor.tsx';
import { ModelEditor } from './model-editor.tsx';
import { PriceHistory } from './price-history.tsx';
import { PriceTable } from './price-table.tsx';
import { sourceWords } from './query.ts';
import { modelsRoute } from './routes.ts';

/** One model beside the list: what it costs, what it takes, and for operators what can be said of it. */
export function ModelSheet() {
  const { model: id } = modelsRoute.useSearch();
  const navigate = useNavigate();
  const close = () => void navigate({ to: '.', search: (before) => ({ ...before, model: undefined }) });
  return (
    <Sheet open={id !== undefined} onOpenChange={(open) => !open && close()}>
      <SheetContent title={id ?? ''}>{id !== undefined && <Opened id={id} />}</SheetContent>
    </Sheet>
  );
}

function Opened({ id }: { id: string }) {
  const found = useAsk('GET /models', { query: { search: id, limit: 200 } });
  const mayChange = useMay('PATCH /models/{modelId}');
  if (found.error) return <ErrorState error={found.error} onRetry={found.refetch} />;
  if (found.data === undefined) return <Skeleton className="m-4 h-60" />;
  const model = found.data.data.find((each) => each.id === id);
  if (model === undefined) return <p className="p-4 text-muted-foreground">There is no model of this name.</p>;
  return (
    <div className="flex flex-col gap-6 p-4">
      <Facts model={model} />
      <PriceTable price={model.price} />
      {mayChange && model.source !== 'file' && <ModelEditor key={JSON.stringify(model)} model={model} />}
      {mayChange && model.source === 'file' && (
        <p className="text-sm text-muted-foreground">
          The configuration file says what this model is, under <code>models."{model.id}"</code>. It is changed there.
        </p>
      )}
      {mayChange && <AliasEditor model={model} />}
      {mayChange && <PriceHistory model={id} />}
    </div>
  );
}

function Facts({ model }: { model: Model }) {
  const { contextTokens, outputTokensMax, inputs, tools, thinks, source, whyNot } = model;
  const takes = [...inputs, ...(tools ? ['tools'] : []), ...(thinks ? ['thinks before it answers'] : [])];
  const rows = [
    ['Context', <Tokens key="c" count={contextTokens} />],
    ['Longest answer', <Tokens key="o" count={outputTokensMax} />],
    ['Takes', takes.length === 0 ? 'unknown' : takes.join(', ')],
    ['Source', sourceWords[source]],
  ] as const;
  return (
    <section className="flex flex-col gap-3">
      {whyNot === null ? (
        <Badge variant="good">callable</Badge>
      ) : (
        <p className="rounded-md border bg-muted/50 p-3 text-sm">{whyNot}</p>
      )}
      <dl className="grid grid-cols-[9rem_minmax(0,1fr)] gap-y-1.5 text-sm">
        {rows.map(([term, value]) => (
          <div key={term} className="contents">
            <dt className="text-muted-foreground">{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

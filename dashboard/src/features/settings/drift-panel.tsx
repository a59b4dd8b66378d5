import type { Drift } from '@tollgate/client';
import { FileCheck } from 'lucide-react';
import { EmptyState } from '@/components/empty-state.tsx';
import { ErrorState } from '@/components/error-state.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Card } from '@/components/ui/card.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { toast } from '@/components/ui/toast.tsx';
import { useAsk, useChange, useClient } from '@/lib/api.ts';
import { startExport } from '@/lib/exports.ts';

const stateWords = {
  same: ['the same', 'neutral'],
  different: ['different', 'warning'],
  file: ['only in the file', 'outline'],
  database: ['only in the database', 'outline'],
} as const;

/** What the file says beside what the database has, and the ways between the two. */
export function DriftPanel() {
  const drift = useAsk('GET /drift', {});
  const client = useClient();
  const change = useChange('POST /drift/import', ['GET /drift', 'GET /routes', 'GET /models']);
  if (drift.error) return <ErrorState error={drift.error} onRetry={drift.refetch} />;
  if (drift.data === undefined) return <Skeleton className="h-96" />;
  const { data } = drift.data;
  const copy = (each: Drift) =>
    change.mutate(
      { body: each.kind === 'route' ? { routes: [each.name] } : { models: [each.name] } },
      { onSuccess: () => toast.done(`${each.name} is in the database too`) },
    );
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap gap-2">
        <Button
          variant="outline"
          disabled={change.isPending}
          onClick={() =>
            change.mutate({ body: { declared: true } }, { onSuccess: () => toast.done('As the file says again') })
          }
        >
          Import keys and organizations again
        </Button>
        <Button
          variant="outline"
          onClick={() =>
            void startExport('The database as a file', (signal) => client.download('GET /drift/export', { signal }))
          }
        >
          Export the database as YAML
        </Button>
      </div>
      {change.error !== null && <ErrorState error={change.error} />}
      {data.length === 0 ? (
        <Card>
          <EmptyState title="File and database say the same" icon={FileCheck}>
            What the configuration file declares, and what differs in the database, is listed here.
          </EmptyState>
        </Card>
      ) : (
        <ul className="rounded-lg border bg-card" aria-label="Differences">
          {data.map((each) => (
            <Row key={`${each.kind} ${each.name}`} drift={each} onCopy={copy} />
          ))}
        </ul>
      )}
    </div>
  );
}

function Row({ drift, onCopy }: { drift: Drift; onCopy: (drift: Drift) => void }) {
  const { kind, name, state, inForce, differences, remedy } = drift;
  const [word, variant] = stateWords[state];
  const canCopy = (kind === 'route' || kind === 'model') && (state === 'file' || state === 'different');
  return (
    <li className="flex flex-col gap-1.5 border-b px-3 py-2.5 text-sm last:border-0">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <span className="flex min-w-0 flex-wrap items-center gap-2">
          <span className="text-muted-foreground">{kind}</span>
          <b className="break-all">{name}</b>
          <Badge variant={variant}>{word}</Badge>
          {state === 'different' && <span className="text-xs text-muted-foreground">the {inForce} holds now</span>}
        </span>
        {canCopy && (
          <Button size="sm" variant="outline" onClick={() => onCopy(drift)}>
            Copy into the database
          </Button>
        )}
      </div>
      {differences.map(({ path, file, database }) => (
        <div key={path} className="grid gap-x-4 text-xs sm:grid-cols-[minmax(0,1fr)_minmax(0,1fr)_minmax(0,1fr)]">
          <code className="break-all">{path}</code>
          <span className="break-all">
            <span className="text-muted-foreground">file </span>
            {JSON.stringify(file)}
          </span>
          <span className="break-all">
            <span className="text-muted-foreground">database </span>
            {JSON.stringify(database)}
          </span>
        </div>
      ))}
      {state === 'different' && remedy !== null && <p className="text-xs text-muted-foreground">{remedy}</p>}
    </li>
  );
}

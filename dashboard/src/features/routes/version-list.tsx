import type { RouteVersion } from '@tollgate/client';
import { useState } from 'react';
import { ErrorState } from '@/components/error-state.tsx';
import { RelativeTime } from '@/components/figures.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { toast } from '@/components/ui/toast.tsx';
import { useChange, useList } from '@/lib/api.ts';
import { cn } from '@/lib/classes.ts';
import { toYaml } from './definition.ts';
import { diffLines } from './diff.ts';

const stale = ['GET /routes', 'GET /routes/{routeName}', 'GET /routes/{routeName}/versions'] as const;

/** What the route was, beside what it is, and the way back. */
export function VersionList({ name, now }: { name: string; now: string }) {
  const params = { routeName: name };
  const versions = useList('GET /routes/{routeName}/versions', { params, query: { limit: 50 } });
  const back = useChange('POST /routes/{routeName}/roll-back', stale);
  const [open, setOpen] = useState<number>();
  if (versions.error) return <ErrorState error={versions.error} onRetry={versions.refetch} />;
  if (versions.rows === undefined) return <Skeleton className="h-40" />;
  const latest = versions.rows[0]?.version;
  return (
    <div className="flex flex-col gap-2">
      {back.error !== null && <ErrorState error={back.error} />}
      <ol className="rounded-lg border bg-card">
        {versions.rows.map((version) => (
          <li key={version.version} className="border-b px-3 py-2 text-sm last:border-0">
            <div className="flex flex-wrap items-center justify-between gap-2">
              <span className="flex flex-wrap items-center gap-x-2">
                <b className="figures">{version.version}</b>
                <span className="text-muted-foreground">
                  <RelativeTime time={version.createdAt} /> by{' '}
                  {version.madeBy.name === '' ? version.madeBy.kind : version.madeBy.name}
                </span>
                {version.version === latest && <Badge variant="good">in force</Badge>}
                {version.definition === null && <Badge variant="warning">deleted</Badge>}
              </span>
              {version.version !== latest && version.definition !== null && (
                <span className="flex gap-1.5">
                  <Button
                    size="sm"
                    variant="ghost"
                    aria-expanded={open === version.version}
                    onClick={() => setOpen(open === version.version ? undefined : version.version)}
                  >
                    Compare
                  </Button>
                  <Button
                    size="sm"
                    variant="outline"
                    disabled={back.isPending}
                    onClick={() =>
                      back.mutate(
                        { params, body: { version: version.version } },
                        { onSuccess: () => toast.done(`${name} is again as in version ${version.version}`) },
                      )
                    }
                  >
                    Back to it
                  </Button>
                </span>
              )}
            </div>
            {open === version.version && <Difference version={version} now={now} />}
          </li>
        ))}
      </ol>
    </div>
  );
}

const marks = { same: ' ', gone: '-', new: '+' } as const;

/** What going back would take out and bring in. */
function Difference({ version, now }: { version: RouteVersion; now: string }) {
  const lines = diffLines(now, toYaml(version.definition ?? {}));
  return (
    <pre className="mt-2 overflow-x-auto rounded-md bg-muted/50 p-2 font-mono text-xs">
      {lines.map(({ kind, text }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines of a text that never changes.
        <div key={i} className={cn(kind === 'gone' && 'text-bad', kind === 'new' && 'text-good')}>
          {marks[kind]} {text}
        </div>
      ))}
    </pre>
  );
}

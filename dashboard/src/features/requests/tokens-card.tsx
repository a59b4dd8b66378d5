/** Tokens to scale: what was read, from where, and what came. */
import type { LogDetail } from '@tollgate/client';
import { Tokens } from '@/components/figures.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { Card, CardContent, CardHeader, CardTitle } from '@/components/ui/card.tsx';
import { cn } from '@/lib/classes.ts';
import { formatCount } from '@/lib/format.ts';

const kinds = [
  ['cacheReadTokens', 'Cache read', 'bg-chart-3'],
  ['cacheWriteTokens', 'Cache write', 'bg-chart-4'],
  ['inputTokens', 'Input', 'bg-chart-1'],
  ['reasoning', 'Reasoning', 'bg-chart-5'],
  ['output', 'Output', 'bg-chart-2'],
] as const;

export function TokensCard({ detail }: { detail: LogDetail }) {
  const counts = {
    ...detail,
    reasoning: detail.thinkingTokens,
    output: Math.max(detail.outputTokens - detail.thinkingTokens, 0),
  };
  const shown = kinds.filter(([kind]) => counts[kind] > 0);
  const total = shown.reduce((sum, [kind]) => sum + counts[kind], 0);
  return (
    <Card>
      <CardHeader>
        <CardTitle>Tokens</CardTitle>
        {detail.estimated && <Badge variant="outline">counted by Tollgate</Badge>}
      </CardHeader>
      <CardContent className="flex flex-col gap-3">
        {total === 0 ? (
          <p className="text-muted-foreground">None were used.</p>
        ) : (
          <>
            <div
              role="img"
              aria-label={shown.map(([kind, name]) => `${name} ${formatCount(counts[kind])}`).join(', ')}
              className="flex h-4 gap-px overflow-hidden rounded"
            >
              {shown.map(([kind, name, look]) => (
                <span key={kind} title={name} className={cn('min-w-0.5', look)} style={{ flexGrow: counts[kind] }} />
              ))}
            </div>
            <dl className="flex flex-col gap-1">
              {shown.map(([kind, name, look]) => (
                <div key={kind} className="flex items-center justify-between gap-4">
                  <dt className="flex items-center gap-2">
                    <span className={cn('size-2 rounded-xs', look)} aria-hidden />
                    {name}
                  </dt>
                  <dd>
                    <Tokens count={counts[kind]} />
                  </dd>
                </div>
              ))}
            </dl>
          </>
        )}
      </CardContent>
    </Card>
  );
}

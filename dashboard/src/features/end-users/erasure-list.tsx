import type { ListedErasure } from '@tollgate/client';
import { RelativeTime } from '@/components/figures.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from '@/components/ui/card.tsx';
import { formatCountExactly } from '@/lib/format.ts';
import { ErasureProgress } from './erasure-progress.tsx';
import { useErasures } from './use-erasures.ts';

/** What was erased, without a name, and what is being erased. */
export function ErasureList({ organizationId }: { organizationId: string }) {
  const erasures = useErasures(organizationId).data?.data ?? [];
  if (erasures.length === 0) return null;
  return (
    <Card>
      <CardHeader>
        <div>
          <CardTitle>Erased</CardTitle>
          <CardDescription>The books keep the requests, under a name that says nothing.</CardDescription>
        </div>
      </CardHeader>
      <CardContent>
        <ul className="flex flex-col" aria-label="Erasures">
          {erasures.map((erasure) => (
            <li key={erasure.id} className="border-t py-2.5 first:border-0">
              {erasure.state === 'running' ? <ErasureProgress erasure={erasure} /> : <Ended erasure={erasure} />}
            </li>
          ))}
        </ul>
      </CardContent>
    </Card>
  );
}

function Ended({ erasure }: { erasure: ListedErasure }) {
  const { pseudonym, state, requestsDone, contentsErased, endedAt } = erasure;
  return (
    <p className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
      <span className="flex flex-wrap items-center gap-2">
        <code>{pseudonym}</code>
        <Badge variant={state === 'done' ? 'good' : 'warning'}>{state === 'done' ? 'erased' : 'cancelled'}</Badge>
      </span>
      <span className="text-muted-foreground">
        {formatCountExactly(requestsDone)} requests, {formatCountExactly(contentsErased)} prompts and answers,{' '}
        <RelativeTime time={endedAt} />
      </span>
    </p>
  );
}

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { LogEntry } from '@tollgate/client';
import { CircleCheck, CircleX, Loader } from 'lucide-react';
import type { ReactNode } from 'react';
import { Duration, Money, Tokens } from '@/components/figures.tsx';
import { Button } from '@/components/ui/button.tsx';
import { useClient } from '@/lib/api.ts';

const everyMs = 1_200;

/** Waits for the first request of this key, and shows it. */
export function Arrival({ keyId, onArrived }: { keyId: string; onArrived: () => void }) {
  const client = useClient();
  const first = useQuery<LogEntry | null>({
    queryKey: ['first-request', keyId],
    queryFn: async ({ signal }) => {
      const { data } = await client.call('GET /logs', { query: { key: keyId, limit: 1 }, signal });
      const [entry = null] = data;
      if (entry !== null) onArrived();
      return entry;
    },
    refetchInterval: ({ state }) => (state.data?.status === 'completed' ? false : everyMs),
  });
  const entry = first.data ?? undefined;
  if (entry === undefined)
    return (
      <p role="status" className="flex items-center gap-2 text-muted-foreground">
        <Loader className="size-4 motion-safe:animate-spin" aria-hidden />
        Waiting for the request to arrive. It shows here within a few seconds.
      </p>
    );
  return <Arrived entry={entry} />;
}

function Arrived({ entry }: { entry: LogEntry }) {
  const isGood = entry.status === 'completed';
  const Icon = isGood ? CircleCheck : CircleX;
  return (
    <div role="status" className="flex flex-col gap-3 rounded-md border p-3">
      <p className="flex items-center gap-2 font-medium">
        <Icon className={isGood ? 'size-5 text-good' : 'size-5 text-bad'} aria-hidden />
        {isGood ? 'It arrived, and was answered.' : `It arrived, and failed: ${entry.errorKind ?? entry.status}.`}
      </p>
      <dl className="grid grid-cols-2 gap-x-6 gap-y-1 sm:grid-cols-4">
        <Fact name="Model">{entry.modelServed ?? entry.modelAsked}</Fact>
        <Fact name="Tokens">
          <Tokens count={entry.inputTokens} /> in, <Tokens count={entry.outputTokens} /> out
        </Fact>
        <Fact name="Cost">
          <Money usd={entry.chargeUsd} />
        </Fact>
        <Fact name="Took">
          <Duration ms={entry.totalMs} />
        </Fact>
      </dl>
      <div className="flex flex-wrap gap-2">
        <Button
          nativeButton={false}
          render={<Link to="/requests/$requestId" params={{ requestId: entry.requestId }} />}
          variant="outline"
          size="sm"
        >
          Look at it closely
        </Button>
        <Button nativeButton={false} render={<Link to="/" />} size="sm">
          Go to the dashboard
        </Button>
      </div>
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-muted-foreground">{name}</dt>
      <dd className="truncate">{children}</dd>
    </div>
  );
}

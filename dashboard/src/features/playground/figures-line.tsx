/** What an answer took: first token, whole time, tokens, cost; and the way to its record. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Count, Duration, Money } from '@/components/figures.tsx';
import { useClient } from '@/lib/api.ts';
import type { Figures } from './conversation.ts';

export function FiguresLine({ figures, isRunning }: { figures: Figures; isRunning: boolean }) {
  const { firstTokenMs, totalMs, inputTokens, cachedTokens, outputTokens, servedBy, requestId, keyId } = figures;
  if (totalMs === null) return null;
  return (
    <div className="mt-2 flex flex-wrap gap-x-4 gap-y-1 border-t pt-2 text-xs">
      <dl className="contents">
        {firstTokenMs !== null && (
          <Figure name="First token">
            <Duration ms={firstTokenMs} />
          </Figure>
        )}
        <Figure name={isRunning ? 'So far' : 'Total'}>
          <Duration ms={totalMs} />
        </Figure>
        {inputTokens !== null && (
          <Figure name="In">
            <Count count={inputTokens} unit="tokens" shown />
          </Figure>
        )}
        {cachedTokens !== null && cachedTokens > 0 && (
          <Figure name="Cached">
            <Count count={cachedTokens} unit="tokens" />
          </Figure>
        )}
        {outputTokens !== null && (
          <Figure name="Out">
            <Count count={outputTokens} unit="tokens" shown />
          </Figure>
        )}
        {requestId !== null && keyId !== null && !isRunning && <Charge requestId={requestId} keyId={keyId} />}
        {servedBy !== null && <Figure name="By">{servedBy}</Figure>}
      </dl>
      {requestId !== null && !isRunning && (
        <Link to={`/requests/${requestId}` as '/'} className="text-primary hover:underline">
          Request
        </Link>
      )}
    </div>
  );
}

const recordWaitMs = 400;
/** A request that was refused at the door has none. */
const recordTries = 15;

/** As it was charged: the record is there a moment after the answer. */
function Charge({ requestId, keyId }: { requestId: string; keyId: string }) {
  const client = useClient();
  const charge = useQuery({
    queryKey: ['charge', requestId],
    queryFn: async ({ signal }) => {
      const { data } = await client.call('GET /usage', { query: { key: keyId, limit: 20 }, signal });
      return data.find((usage) => usage.requestId === requestId)?.chargeUsd ?? null;
    },
    refetchInterval: ({ state }) =>
      typeof state.data === 'string' || state.dataUpdateCount >= recordTries ? false : recordWaitMs,
  });
  if (typeof charge.data !== 'string') return null;
  return (
    <Figure name="Cost">
      <Money usd={charge.data} />
    </Figure>
  );
}

function Figure({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex gap-1.5">
      <dt className="text-muted-foreground">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Who asked what, who answered, and when. */
import { Link } from '@tanstack/react-router';
import type { LogDetail } from '@tollgate/client';
import type { ReactNode } from 'react';
import { Duration, Money, RelativeTime } from '@/components/figures.tsx';
import { IdChip } from '@/components/id-chip.tsx';
import { Card } from '@/components/ui/card.tsx';

export function RequestFacts({ detail }: { detail: LogDetail }) {
  const { modelAsked, modelServed, keyName, keyId, organizationName, sessionId, endUser, tags, clientRequestId } =
    detail;
  return (
    <Card>
      <dl className="grid grid-cols-2 gap-x-6 gap-y-3 p-4 lg:grid-cols-4">
        <Fact name="Received">
          <RelativeTime time={detail.startedAt} />
        </Fact>
        <Fact name="Took">
          <Duration ms={detail.totalMs} />
        </Fact>
        <Fact name="Cost">
          <Money usd={detail.chargeUsd} />
        </Fact>
        <Fact name="HTTP status">{detail.httpStatus === 0 ? 'the caller was gone' : detail.httpStatus}</Fact>
        <Fact name="Model asked">{modelAsked}</Fact>
        <Fact name="Model served">{modelServed ?? 'nobody'}</Fact>
        <Fact name="Key">
          <Link to="/requests" search={{ key: keyId }} className="hover:underline">
            {keyName ?? keyId}
          </Link>
        </Fact>
        <Fact name="Organization">{organizationName ?? detail.organizationId}</Fact>
        <Fact name="Operation">
          {detail.operation}, {detail.clientDialect}
          {detail.stream ? ', streamed' : ''}
        </Fact>
        {detail.house?.provider && (
          <Fact name="Provider, by its credential">
            {detail.house.provider}, {detail.house.credential}
          </Fact>
        )}
        {sessionId !== null && (
          <Fact name="Session">
            <Link to="/sessions/$sessionId" params={{ sessionId }} className="break-all hover:underline">
              {sessionId}
            </Link>
          </Fact>
        )}
        {endUser !== null && (
          <Fact name="End user">
            <Link to="/end-users/$endUserId" params={{ endUserId: endUser }} className="break-all hover:underline">
              {endUser}
            </Link>
          </Fact>
        )}
        {tags.length > 0 && <Fact name="Tags">{tags.join(', ')}</Fact>}
        {clientRequestId !== null && (
          <Fact name="Caller’s id">
            <IdChip id={clientRequestId} />
          </Fact>
        )}
      </dl>
    </Card>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-muted-foreground">{name}</dt>
      <dd className="mt-0.5 wrap-anywhere">{children}</dd>
    </div>
  );
}

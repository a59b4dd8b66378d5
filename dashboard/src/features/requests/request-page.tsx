import { useParams } from '@tanstack/react-router';
import type { LogDetail } from '@tollgate/client';
import { ErrorState } from '@/components/error-state.tsx';
import { IdChip } from '@/components/id-chip.tsx';
import { PageHeader } from '@/components/page-header.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useAsk } from '@/lib/api.ts';
import { Conversation } from './conversation.tsx';
import { CostCard } from './cost-card.tsx';
import { DecisionCard } from './decision-card.tsx';
import { NotesCard } from './notes-card.tsx';
import { RawJson } from './raw-json.tsx';
import { RequestActions } from './request-actions.tsx';
import { RequestFacts } from './request-facts.tsx';
import { StatusBadge } from './status-badge.tsx';
import { TokensCard } from './tokens-card.tsx';
import { Waterfall } from './waterfall.tsx';

export function RequestPage() {
  const { requestId } = useParams({ from: '/app/requests/$requestId' });
  const request = useAsk('GET /logs/{requestId}', { params: { requestId } });
  return (
    <div className="flex flex-col gap-4">
      <PageHeader title="Request" actions={request.data && <RequestActions detail={request.data} />}>
        <span className="inline-flex flex-wrap items-center gap-2">
          <IdChip id={requestId} />
          {request.data && <StatusBadge status={request.data.status} errorKind={request.data.errorKind} />}
        </span>
      </PageHeader>
      {request.error ? (
        <ErrorState error={request.error} onRetry={request.refetch} />
      ) : request.data === undefined ? (
        <Loading />
      ) : (
        <Parts detail={request.data} />
      )}
    </div>
  );
}

function Parts({ detail }: { detail: LogDetail }) {
  return (
    <>
      <RequestFacts detail={detail} />
      <Waterfall detail={detail} />
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
        <TokensCard detail={detail} />
        <CostCard detail={detail} />
      </div>
      {detail.decision !== null && <DecisionCard decision={detail.decision} />}
      <NotesCard detail={detail} />
      <Conversation detail={detail} />
      <RawJson value={detail} />
    </>
  );
}

function Loading() {
  return (
    <div aria-busy className="flex flex-col gap-4">
      <Skeleton className="h-28 rounded-lg" />
      <Skeleton className="h-40 rounded-lg" />
      <Skeleton className="h-48 rounded-lg" />
    </div>
  );
}

import { useNavigate, useSearch } from '@tanstack/react-router';
import { ArrowUp, Radio } from 'lucide-react';
import { useMemo } from 'react';
import { DataTable } from '@/components/data-table.tsx';
import { EmptyState } from '@/components/empty-state.tsx';
import { ErrorState } from '@/components/error-state.tsx';
import { PageHeader } from '@/components/page-header.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { Button } from '@/components/ui/button.tsx';
import { ApiError } from '@/lib/api.ts';
import type { StreamState } from '@/lib/events.ts';
import { formatCountExactly } from '@/lib/format.ts';
import { useIsOperator, useOrganizationId } from '@/lib/session.ts';
import { useShortcuts } from '@/lib/shortcuts.ts';
import { liveColumns, requestPage } from './live-columns.tsx';
import { LiveControls } from './live-controls.tsx';
import { LiveFigures } from './live-figures.tsx';
import { isFailure, isRunning, type LiveRequest, shownRows, waitingCount } from './live-list.ts';
import { type LiveView, useLive } from './use-live.ts';

/** Whose requests are watched is whose page this is: another begins anew. */
export function LivePage() {
  const { only } = useSearch({ from: '/app/live' });
  const isOperator = useIsOperator();
  const organizationId = useOrganizationId();
  const watched = isOperator && only === undefined ? undefined : organizationId;
  return <Watching key={watched ?? 'all'} organizationId={watched} />;
}

function Watching({ organizationId }: { organizationId: string | undefined }) {
  const live = useLive(organizationId);
  useShortcuts({ p: () => live.hold('pause', !live.isPaused) });
  return (
    <div className="flex flex-col gap-4">
      <PageHeader
        title="Live"
        actions={<LiveControls isPaused={live.isPaused} onPause={(on) => live.hold('pause', on)} />}
      >
        Requests as they happen. <StreamBadge stream={live.stream} isPaused={live.isPaused} />
      </PageHeader>
      {live.stream instanceof ApiError && <ErrorState error={live.stream} />}
      <LiveFigures list={live.list} />
      <LiveTable live={live} />
    </div>
  );
}

function StreamBadge({ stream, isPaused }: { stream: StreamState; isPaused: boolean }) {
  if (stream instanceof ApiError) return <Badge variant="bad">Not connected</Badge>;
  if (stream === 'lost') return <Badge variant="warning">Connection lost, trying again</Badge>;
  if (stream === 'connecting') return <Badge>Connecting</Badge>;
  return isPaused ? <Badge variant="warning">Paused</Badge> : <Badge variant="good">Connected</Badge>;
}

function LiveTable({ live }: { live: LiveView }) {
  const { show, q } = useSearch({ from: '/app/live' });
  const navigate = useNavigate();
  const { list } = live;
  const columns = useMemo(() => liveColumns(list.aheadMs), [list.aheadMs]);
  const rows = shownRows(list, { show, q });
  const open = (row: LiveRequest) => {
    if (!isRunning(row) && row.state !== 'refused') void navigate({ to: requestPage(row) as '/' });
  };
  return (
    <div className="relative">
      <Waiting count={waitingCount(list, { show, q })} onShow={live.showWaiting} />
      {/* It must not move under whoever points at it, walks through it or has scrolled. */}
      <div
        onPointerEnter={() => live.hold('pointer', true)}
        onPointerLeave={() => live.hold('pointer', false)}
        onScrollCapture={(event) => live.hold('scroll', (event.target as HTMLElement).scrollTop > 0)}
      >
        <DataTable
          label="Requests as they happen"
          columns={columns}
          rows={rows}
          rowId={({ id }) => id}
          onOpen={open}
          rowClassName={look}
          empty={<Nothing isFiltered={show !== undefined || q !== undefined} />}
        />
      </div>
      {list.skipped > 0 && (
        <p className="mt-2 text-xs text-muted-foreground">
          {formatCountExactly(list.skipped)} requests came faster than anybody can read and are not shown here; every
          one is in Requests.
        </p>
      )}
    </div>
  );
}

function look(row: LiveRequest): string | undefined {
  if (isFailure(row)) return 'shadow-[inset_3px_0_0_var(--bad)]';
  return isRunning(row) ? 'bg-primary/4' : undefined;
}

function Waiting({ count, onShow }: { count: number; onShow: () => void }) {
  return (
    <div aria-live="polite" className="pointer-events-none absolute inset-x-0 top-10 z-20 flex justify-center">
      {count > 0 && (
        <Button size="sm" className="pointer-events-auto shadow-md" onClick={onShow}>
          <ArrowUp aria-hidden />
          {count} new
        </Button>
      )}
    </div>
  );
}

function Nothing({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered) {
    return (
      <EmptyState title="Nothing that matches" icon={Radio}>
        Requests that match the filter are shown here as they come. Take the filter out to see all.
      </EmptyState>
    );
  }
  return (
    <EmptyState title="Waiting for a request" icon={Radio}>
      Send one with any key of this organization: it is shown here at once, and its tokens and cost count up while it
      runs.
    </EmptyState>
  );
}

import type { PriceSync } from '@tollgate/client';
import { useState } from 'react';
import { ErrorState } from '@/components/error-state.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Dialog, DialogBody, DialogContent, DialogFooter } from '@/components/ui/dialog.tsx';
import { useAsk, useChange } from '@/lib/api.ts';
import { formatBytes, formatUsdExactly } from '@/lib/format.ts';
import { rateUsd } from './query.ts';

const stale = ['GET /models/sync-pricing', 'GET /models', 'GET /models/price-history'] as const;

/** Looks first, then applies. It goes on when the window is closed, and is found again when it is opened. */
export function SyncDialog({ onClose }: { onClose: () => void }) {
  const [id, setId] = useState<string>();
  const last = useAsk('GET /models/sync-pricing', { query: { limit: 1 } });
  const newest = last.data?.data[0];
  const current = id ?? (newest?.state === 'running' ? newest.id : undefined);
  const sync = useSyncOf(current);
  const start = useChange('POST /models/sync-pricing', stale);
  const cancel = useChange('DELETE /models/sync-pricing/{syncId}', stale);
  const isRunning = start.isPending || sync.data?.state === 'running';
  const begin = (body: { dryRun: boolean; confirm?: 'all' }) =>
    start.mutate({ body }, { onSuccess: (begun) => setId(begun.id) });
  const found = sync.data;
  const isLooked = found?.dryRun === true && found.state === 'done';
  const jumps = found?.report?.unconfirmed.length ?? 0;
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        title="Refresh prices"
        description="From the published price list. Own and corrected prices stay. Whatever goes wrong, the last good prices stay in force."
        className="max-w-2xl"
      >
        <DialogBody className="flex flex-col gap-3">
          {start.error !== null && <ErrorState error={start.error} />}
          {sync.error !== null && <ErrorState error={sync.error} />}
          {found === undefined && !isRunning && (
            <p className="text-sm text-muted-foreground">
              Looking fetches the list and shows what would change; nothing is applied by that.
            </p>
          )}
          {found !== undefined && <Found sync={found} />}
        </DialogBody>
        <DialogFooter>
          {isRunning && current !== undefined && (
            <Button variant="outline" onClick={() => cancel.mutate({ params: { syncId: current } })}>
              Cancel it
            </Button>
          )}
          {!isRunning && (
            <Button variant={isLooked ? 'outline' : 'default'} onClick={() => begin({ dryRun: true })}>
              Look
            </Button>
          )}
          {isLooked && !isRunning && jumps === 0 && <Button onClick={() => begin({ dryRun: false })}>Apply</Button>}
          {!isRunning && jumps > 0 && (
            <Button variant="destructive" onClick={() => begin({ dryRun: false, confirm: 'all' })}>
              Apply, with {jumps} jumps
            </Button>
          )}
        </DialogFooter>
      </DialogContent>
    </Dialog>
  );
}

function useSyncOf(syncId: string | undefined) {
  return useAsk(
    'GET /models/sync-pricing/{syncId}',
    { params: { syncId: syncId ?? '' } },
    { enabled: syncId !== undefined, pollWhile: ({ state }) => state === 'running' },
  );
}

function Found({ sync: { state, done, error, report, dryRun } }: { sync: PriceSync }) {
  return (
    <div className="flex flex-col gap-3">
      <p role="status" className="flex flex-wrap items-center gap-2 text-sm">
        <Badge variant={state === 'done' ? 'good' : state === 'failed' ? 'warning' : 'neutral'}>{state}</Badge>
        {state === 'running' && `${formatBytes(done)} so far`}
        {error ?? ''}
        {state === 'done' && (dryRun ? 'Nothing was applied yet.' : 'New requests are charged by these prices.')}
      </p>
      {report !== null && (
        <>
          <p className="text-sm">
            {report.models} models of {report.vendors} vendors; <b>{report.changes.length}</b> prices change.
          </p>
          <Changes changes={report.changes} held={report.unconfirmed} />
        </>
      )}
    </div>
  );
}

type Change = NonNullable<PriceSync['report']>['changes'][number];

function Changes({ changes, held }: { changes: readonly Change[]; held: readonly string[] }) {
  if (changes.length === 0) return null;
  return (
    <ul className="max-h-80 overflow-y-auto rounded-md border text-sm">
      {changes.slice(0, 300).map(({ model, from, to, factor }) => (
        <li
          key={model}
          className="flex flex-wrap items-center justify-between gap-x-4 border-b px-3 py-1.5 last:border-0"
        >
          <span className="min-w-0 truncate">{model}</span>
          <span className="figures flex items-center gap-2 text-xs">
            <span className="text-muted-foreground">{shown(from)}</span> → {shown(to)}
            {held.includes(model) && (
              <Badge variant="outline">{factor === null ? 'to or from nothing' : `×${factor}`}</Badge>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

function shown(price: Change['from']): string {
  if (price === null) return 'unknown';
  return `${formatUsdExactly(rateUsd(price.input) ?? '0')} / ${formatUsdExactly(rateUsd(price.output) ?? '0')}`;
}

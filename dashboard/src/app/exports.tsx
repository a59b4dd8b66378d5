import { Download, X } from 'lucide-react';
import { Button } from '@/components/ui/button.tsx';
import { dismissExport, type Export, useExports } from '@/lib/exports.ts';
import { formatBytes } from '@/lib/format.ts';

/** Downloads that run or have ended, at the corner of every page. */
export function Exports() {
  const all = useExports();
  if (all.length === 0) return null;
  return (
    <section
      aria-label="Downloads"
      className="fixed bottom-4 left-4 z-40 flex w-[calc(100vw-2rem)] flex-col gap-2 sm:w-80 lg:left-58"
    >
      {all.map((each) => (
        <Row key={each.id} each={each} />
      ))}
    </section>
  );
}

const words = { done: 'Saved', failed: 'Failed', cancelled: 'Cancelled' };

function Row({ each: { id, label, bytes, state, error, cancel } }: { each: Export }) {
  return (
    <div className="flex items-center gap-2.5 rounded-md border bg-popover p-2.5 shadow-lg">
      <Download className="size-4 shrink-0 text-muted-foreground" aria-hidden />
      <div className="min-w-0 flex-1" role="status">
        <p className="truncate font-medium">{label}</p>
        <p className={state === 'failed' ? 'text-xs text-bad' : 'figures text-xs text-muted-foreground'}>
          {state === 'running' ? `${formatBytes(bytes)} so far` : `${words[state]} · ${formatBytes(bytes)}`}
          {error instanceof Error && ` · ${error.message}`}
        </p>
      </div>
      {state === 'running' ? (
        <Button variant="outline" size="sm" onClick={cancel}>
          Cancel
        </Button>
      ) : (
        <Button variant="ghost" size="icon-sm" aria-label="Dismiss" onClick={() => dismissExport(id)}>
          <X />
        </Button>
      )}
    </div>
  );
}

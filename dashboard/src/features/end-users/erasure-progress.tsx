import type { ListedErasure } from '@tollgate/client';
import { ProgressBar } from '@/components/progress-bar.tsx';
import { Button } from '@/components/ui/button.tsx';
import { useChange } from '@/lib/api.ts';
import { formatCountExactly } from '@/lib/format.ts';

export function ErasureProgress({ erasure }: { erasure: ListedErasure }) {
  const { id, endUser, requestsDone, requestsTotal } = erasure;
  const cancel = useChange('POST /end-user-erasures/{erasureId}/cancel', ['GET /end-user-erasures']);
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p aria-live="polite">
          Erasing {endUser}: {formatCountExactly(requestsDone)} of {formatCountExactly(requestsTotal)} requests
        </p>
        <Button
          variant="outline"
          size="sm"
          disabled={cancel.isPending}
          onClick={() => cancel.mutate({ params: { erasureId: id } })}
        >
          Stop
        </Button>
      </div>
      <ProgressBar label={`Erasure of ${endUser}`} share={requestsTotal === 0 ? 1 : requestsDone / requestsTotal} />
    </div>
  );
}

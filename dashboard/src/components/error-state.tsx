import { CircleAlert } from 'lucide-react';
import { ApiError } from '@/lib/api.ts';
import { CopyButton } from './copy-button.tsx';
import { Button } from './ui/button.tsx';

/** What failed, what to do about it, and the id by which an operator finds it in the log. */
export function ErrorState({ error, onRetry, title }: { error: unknown; onRetry?: () => void; title?: string }) {
  const known = error instanceof ApiError ? error : undefined;
  return (
    <div role="alert" className="flex gap-3 rounded-lg border border-bad/40 bg-bad/5 p-4">
      <CircleAlert className="mt-0.5 size-4 shrink-0 text-bad" aria-hidden />
      <div className="min-w-0 flex-1">
        <p className="font-medium">{title ?? known?.message ?? 'This part of the page failed.'}</p>
        {title !== undefined && known !== undefined && <p className="mt-1">{known.message}</p>}
        <p className="mt-1 text-muted-foreground">{known?.remedy ?? textOf(error)}</p>
        {known?.requestId !== undefined && (
          <p className="mt-2 flex items-center gap-1 font-mono text-xs text-muted-foreground">
            {known.requestId} <CopyButton text={known.requestId} label="Copy the request id" />
          </p>
        )}
      </div>
      {onRetry !== undefined && (
        <Button variant="outline" size="sm" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : 'Load the page again.';
}

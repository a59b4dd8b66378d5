import { formatId } from '@/lib/format.ts';
import { CopyButton } from './copy-button.tsx';

/** An id, cut in the middle, whole when pointed at or copied. */
export function IdChip({ id }: { id: string }) {
  return (
    <span className="inline-flex items-center gap-0.5 font-mono text-xs text-muted-foreground">
      <span title={id}>{formatId(id)}</span>
      <CopyButton text={id} label={`Copy ${formatId(id)}`} />
    </span>
  );
}

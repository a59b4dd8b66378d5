/** How much of a piece of work is done, 0 to 1. */
export function ProgressBar({ label, share }: { label: string; share: number }) {
  const done = Math.min(Math.max(share, 0), 1);
  return (
    <div>
      <progress className="sr-only" max={1} value={done} aria-label={label} />
      <div aria-hidden className="h-1.5 w-full overflow-hidden rounded-full bg-muted">
        <div className="h-full bg-primary" style={{ width: `${done * 100}%` }} />
      </div>
    </div>
  );
}

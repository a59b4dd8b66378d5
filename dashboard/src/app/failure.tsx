import { type ErrorComponentProps, Link } from '@tanstack/react-router';
import { EmptyState } from '@/components/empty-state.tsx';
import { ErrorState } from '@/components/error-state.tsx';
import { buttonVariants } from '@/components/ui/button.tsx';

/** What a page shows when it could not be drawn. */
export function PageError({ error, reset }: ErrorComponentProps) {
  return (
    <div className="p-6">
      <ErrorState error={error} onRetry={reset} />
    </div>
  );
}

export function NotFound() {
  return (
    <>
      <h1 className="sr-only">Not found</h1>
      <EmptyState
        title="There is no such page"
        action={
          <Link to="/" className={buttonVariants({ variant: 'outline' })}>
            Go to the first page
          </Link>
        }
      >
        The address may be from an older version, or cut off.
      </EmptyState>
    </>
  );
}

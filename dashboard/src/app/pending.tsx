import { Skeleton } from '@/components/ui/skeleton.tsx';

/** A page before its code is there: the place of its head and its first rows. */
export function Pending() {
  return (
    <div aria-busy className="flex flex-col gap-6">
      <span className="sr-only" role="status">
        Loading
      </span>
      <Skeleton className="h-7 w-48" />
      <Skeleton className="h-28 w-full" />
      <Skeleton className="h-64 w-full" />
    </div>
  );
}

import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

/** What this will show, and the one thing to do now. */
export function EmptyState({
  title,
  icon: Icon,
  action,
  children,
}: {
  title: string;
  icon?: LucideIcon;
  action?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className="flex flex-col items-center gap-3 px-6 py-14 text-center">
      {Icon !== undefined && (
        <span className="grid size-10 place-items-center rounded-full bg-muted text-muted-foreground">
          <Icon className="size-5" aria-hidden />
        </span>
      )}
      <h2 className="text-base font-semibold">{title}</h2>
      <div className="max-w-md text-sm text-muted-foreground">{children}</div>
      {action !== undefined && <div className="mt-2">{action}</div>}
    </div>
  );
}

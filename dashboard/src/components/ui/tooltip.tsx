import { Tooltip as Base } from '@base-ui/react/tooltip';
import type { ComponentProps, ReactElement, ReactNode } from 'react';
import { cn } from '@/lib/classes.ts';

export const TooltipProvider = Base.Provider;

/** `<Tooltip content="…"><span>…</span></Tooltip>`. What is said here must not be said here alone: touch has no hover. */
export function Tooltip({
  content,
  children,
  side = 'top',
  className,
}: {
  content: ReactNode;
  children: ReactElement<Record<string, unknown>>;
  side?: ComponentProps<typeof Base.Positioner>['side'];
  className?: string;
}) {
  return (
    <Base.Root>
      <Base.Trigger render={children} />
      <Base.Portal>
        <Base.Positioner side={side} sideOffset={6} className="z-50">
          <Base.Popup
            className={cn(
              'max-w-80 rounded-md bg-foreground px-2 py-1 text-xs text-background shadow-md transition-opacity duration-100 data-ending-style:opacity-0 data-starting-style:opacity-0',
              className,
            )}
          >
            {content}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

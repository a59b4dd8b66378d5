import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import { cn } from '@/lib/classes.ts';
import { Button } from './button.tsx';
import { backdropClasses } from './dialog.tsx';

export const Sheet = Base.Root;
export const SheetTrigger = Base.Trigger;
export const SheetClose = Base.Close;

const sides = {
  right: 'right-0 border-l data-starting-style:translate-x-8 data-ending-style:translate-x-8',
  left: 'left-0 border-r data-starting-style:-translate-x-8 data-ending-style:-translate-x-8',
};

/** A window at the edge: for what belongs to a row of the list behind it. */
export function SheetContent({
  title,
  side = 'right',
  className,
  children,
  ...props
}: Omit<ComponentProps<typeof Base.Popup>, 'title'> & { title: ReactNode; side?: keyof typeof sides }) {
  return (
    <Base.Portal>
      <Base.Backdrop className={backdropClasses} />
      <Base.Popup
        className={cn(
          'fixed inset-y-0 z-50 flex w-full max-w-xl flex-col bg-popover text-popover-foreground shadow-xl transition-[opacity,translate] duration-100 data-ending-style:opacity-0 data-starting-style:opacity-0',
          sides[side],
          className as string,
        )}
        {...props}
      >
        <div className="flex items-center justify-between gap-4 border-b px-4 py-3">
          <Base.Title className="min-w-0 truncate text-base font-semibold">{title}</Base.Title>
          <Base.Close render={<Button variant="ghost" size="icon-sm" aria-label="Close" />}>
            <X />
          </Base.Close>
        </div>
        <div className="min-h-0 flex-1 overflow-y-auto">{children}</div>
      </Base.Popup>
    </Base.Portal>
  );
}

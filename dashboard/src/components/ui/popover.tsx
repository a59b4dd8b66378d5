import { Popover as Base } from '@base-ui/react/popover';
import type { ComponentProps } from 'react';
import { cn } from '@/lib/classes.ts';
import { popupClasses } from './dropdown-menu.tsx';

export const Popover = Base.Root;
export const PopoverTrigger = Base.Trigger;
export const PopoverClose = Base.Close;
export const PopoverTitle = Base.Title;

type Place = Pick<ComponentProps<typeof Base.Positioner>, 'side' | 'align'>;

export function PopoverContent({
  className,
  side = 'bottom',
  align = 'start',
  ...props
}: ComponentProps<typeof Base.Popup> & Place) {
  return (
    <Base.Portal>
      <Base.Positioner side={side} align={align} sideOffset={4} className="z-50">
        <Base.Popup className={cn(popupClasses, 'max-w-[calc(100vw-1rem)] p-3', className as string)} {...props} />
      </Base.Positioner>
    </Base.Portal>
  );
}

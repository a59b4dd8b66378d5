import { Menu as Base } from '@base-ui/react/menu';
import { Check } from 'lucide-react';
import type { ComponentProps } from 'react';
import { cn } from '@/lib/classes.ts';

export const DropdownMenu = Base.Root;
export const DropdownMenuTrigger = Base.Trigger;
export const DropdownMenuGroup = Base.Group;
export const DropdownMenuRadioGroup = Base.RadioGroup;

export const popupClasses =
  'rounded-md border bg-popover p-1 text-popover-foreground shadow-lg outline-none transition-opacity duration-100 data-ending-style:opacity-0 data-starting-style:opacity-0';
const itemClasses =
  'flex h-8 cursor-default items-center gap-2 rounded px-2 text-sm outline-none select-none data-disabled:opacity-55 data-highlighted:bg-accent [&_svg]:size-4 [&_svg]:shrink-0';

type Place = Pick<ComponentProps<typeof Base.Positioner>, 'side' | 'align'>;

export function DropdownMenuContent({
  className,
  side = 'bottom',
  align = 'start',
  ...props
}: ComponentProps<typeof Base.Popup> & Place) {
  return (
    <Base.Portal>
      <Base.Positioner side={side} align={align} sideOffset={4} className="z-50">
        <Base.Popup
          className={cn(
            popupClasses,
            'max-h-[min(24rem,var(--available-height))] min-w-44 overflow-y-auto',
            className as string,
          )}
          {...props}
        />
      </Base.Positioner>
    </Base.Portal>
  );
}

export function DropdownMenuItem({
  className,
  variant,
  ...props
}: ComponentProps<typeof Base.Item> & { variant?: 'destructive' }) {
  return (
    <Base.Item className={cn(itemClasses, variant === 'destructive' && 'text-bad', className as string)} {...props} />
  );
}

/** `render={<Link … />}` */
export function DropdownMenuLink({ className, ...props }: ComponentProps<typeof Base.LinkItem>) {
  return <Base.LinkItem closeOnClick className={cn(itemClasses, className as string)} {...props} />;
}

export function DropdownMenuRadioItem({ className, children, ...props }: ComponentProps<typeof Base.RadioItem>) {
  return (
    <Base.RadioItem closeOnClick className={cn(itemClasses, 'pr-8', className as string)} {...props}>
      {children}
      <Base.RadioItemIndicator className="absolute right-3">
        <Check />
      </Base.RadioItemIndicator>
    </Base.RadioItem>
  );
}

export function DropdownMenuLabel({ className, ...props }: ComponentProps<typeof Base.GroupLabel>) {
  return (
    <Base.GroupLabel className={cn('px-2 py-1.5 text-xs text-muted-foreground', className as string)} {...props} />
  );
}

export function DropdownMenuSeparator({ className, ...props }: ComponentProps<typeof Base.Separator>) {
  return <Base.Separator className={cn('-mx-1 my-1 h-px bg-border', className as string)} {...props} />;
}

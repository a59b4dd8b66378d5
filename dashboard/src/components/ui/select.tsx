import { Select as Base } from '@base-ui/react/select';
import { Check, ChevronsUpDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { cn } from '@/lib/classes.ts';
import { popupClasses } from './dropdown-menu.tsx';
import { fieldClasses } from './input.tsx';

export interface SelectItem<Value extends string> {
  readonly value: Value;
  readonly label: ReactNode;
}

interface SelectProps<Value extends string> {
  readonly items: readonly SelectItem<Value>[];
  readonly value: Value | null;
  readonly onChange: (value: Value) => void;
  readonly id?: string;
  readonly placeholder?: string;
  readonly className?: string;
  readonly disabled?: boolean;
  readonly 'aria-label'?: string;
  readonly 'aria-invalid'?: boolean;
  readonly 'aria-describedby'?: string;
}

/** One of a few. For many, use components/ui/command.tsx in a popover. */
export function Select<Value extends string>(props: SelectProps<Value>) {
  const { items, value, onChange, placeholder = 'Choose …', className, disabled = false, ...rest } = props;
  return (
    <Base.Root
      items={[...items]}
      value={value}
      onValueChange={(next) => next !== null && onChange(next)}
      disabled={disabled}
    >
      <Base.Trigger className={cn(fieldClasses, 'flex items-center justify-between gap-2', className)} {...rest}>
        <Base.Value className="truncate" placeholder={placeholder} />
        <Base.Icon>
          <ChevronsUpDown className="size-3.5 text-muted-foreground" />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner alignItemWithTrigger={false} sideOffset={4} className="z-50">
          <Base.Popup
            className={cn(
              popupClasses,
              'max-h-[min(20rem,var(--available-height))] min-w-(--anchor-width) overflow-y-auto',
            )}
          >
            <Base.List>
              {items.map((item) => (
                <Base.Item
                  key={item.value}
                  value={item.value}
                  className="flex h-8 cursor-default items-center justify-between gap-4 rounded px-2 text-sm outline-none select-none data-highlighted:bg-accent"
                >
                  <Base.ItemText>{item.label}</Base.ItemText>
                  <Base.ItemIndicator>
                    <Check className="size-4" />
                  </Base.ItemIndicator>
                </Base.Item>
              ))}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

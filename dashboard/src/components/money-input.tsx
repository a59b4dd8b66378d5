import type { ComponentProps } from 'react';
import { cn } from '@/lib/classes.ts';
import { Input } from './ui/input.tsx';

type MoneyInputProps = Omit<ComponentProps<'input'>, 'value' | 'onChange' | 'type'> & {
  readonly value: string;
  /** Decimal text as the API takes it; what cannot be an amount stays as it was typed, and the API says so. */
  readonly onChange: (usd: string) => void;
};

/** Dollars. `1,000` and `$ 5` are understood; a comma is for thousands, as everywhere here. */
export function MoneyInput({ value, onChange, className, ...props }: MoneyInputProps) {
  return (
    <span className="relative block">
      <span aria-hidden className="absolute top-1/2 left-2.5 -translate-y-1/2 text-muted-foreground">
        $
      </span>
      <Input
        inputMode="decimal"
        autoComplete="off"
        value={value}
        onChange={(event) => onChange(event.target.value.replaceAll(/[$\s,]/g, ''))}
        className={cn('figures pl-6', className)}
        {...props}
      />
    </span>
  );
}

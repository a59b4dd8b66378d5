import { cloneElement, type ReactElement, type ReactNode, useId } from 'react';
import { cn } from '@/lib/classes.ts';
import { Label } from './label.tsx';

interface FieldProps {
  readonly label: ReactNode;
  /** One control that takes id, aria-invalid and aria-describedby. */
  readonly children: ReactElement<Record<string, unknown>>;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
  readonly className?: string;
}

/** A control with its label, its hint and what is wrong with it, tied together for whoever cannot see them. */
export function Field({ label, children, hint, error, className }: FieldProps) {
  const id = useId();
  const [hintId, errorId] = [`${id}-hint`, `${id}-error`];
  const describedBy = [hint === undefined ? '' : hintId, error === undefined ? '' : errorId].join(' ').trim();
  return (
    <div className={cn('flex flex-col gap-1.5', className)}>
      <Label htmlFor={id}>{label}</Label>
      {cloneElement(children, {
        id,
        ...(error !== undefined && { 'aria-invalid': true }),
        ...(describedBy !== '' && { 'aria-describedby': describedBy }),
      })}
      {hint !== undefined && (
        <p id={hintId} className="text-xs text-muted-foreground">
          {hint}
        </p>
      )}
      {error !== undefined && (
        <p id={errorId} role="alert" className="text-xs text-bad">
          {error}
        </p>
      )}
    </div>
  );
}

import { useId } from 'react';
import { Field } from '@/components/ui/form.tsx';
import { Input } from '@/components/ui/input.tsx';

const zones = ['UTC', ...Intl.supportedValuesOf('timeZone')];

/** One of the names of the IANA data base, found by typing. */
export function ZoneField({
  label,
  hint,
  value,
  onChange,
  error,
  disabled = false,
}: {
  label: string;
  hint: string;
  value: string;
  onChange: (zone: string) => void;
  error: string | undefined;
  disabled?: boolean;
}) {
  const list = useId();
  return (
    <>
      <datalist id={list}>
        {zones.map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
      <Field label={label} hint={hint} error={error}>
        <Input
          list={list}
          value={value}
          disabled={disabled}
          onChange={(event) => onChange(event.target.value)}
          autoComplete="off"
        />
      </Field>
    </>
  );
}

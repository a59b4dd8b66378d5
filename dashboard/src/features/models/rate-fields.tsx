import { errorAt } from '@/components/form-dialog.tsx';
import { MoneyInput } from '@/components/money-input.tsx';
import { Field } from '@/components/ui/form.tsx';

export const rates = [
  ['input', 'Input', true],
  ['output', 'Output', true],
  ['cacheRead', 'Cache read', false],
  ['cacheWrite', 'Cache write', false],
] as const;

export type Rates = Partial<Record<string, string>>;

/** The rates that most models have; others go through the API. Dollars for a million tokens. */
export function RateFields({
  value,
  onChange,
  error,
}: {
  value: Rates;
  onChange: (rates: Rates) => void;
  error: unknown;
}) {
  return (
    <div className="grid grid-cols-2 gap-3 sm:grid-cols-4">
      {rates.map(([name, label, required]) => (
        <Field key={name} label={label} error={errorAt(error, `price.${name}`)}>
          <MoneyInput
            value={value[name] ?? ''}
            onChange={(text) => onChange({ ...value, [name]: text })}
            required={required}
          />
        </Field>
      ))}
    </div>
  );
}

/** Without what was left empty; undefined: nothing was typed. */
export function priceOf(rates: Rates): { input: string; output: string } | undefined {
  const said = Object.fromEntries(Object.entries(rates).filter(([, rate]) => rate !== undefined && rate !== ''));
  return Object.keys(said).length === 0 ? undefined : (said as { input: string; output: string });
}

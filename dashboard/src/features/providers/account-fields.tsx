import type { ApiError } from '@tollgate/client';
import { errorAt } from '@/components/form-dialog.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Input } from '@/components/ui/input.tsx';
import { type Account, needsAddress } from './account.ts';

/** What this vendor needs to be told: its key, its settings, its address where nobody else knows it. */
export function AccountFields({
  account,
  onChange,
  error,
  mayNameAddress = true,
}: {
  account: Account;
  onChange: (change: Partial<Account>) => void;
  error: ApiError | null;
  mayNameAddress?: boolean;
}) {
  const { vendor, apiKey, baseUrl, settings } = account;
  const isNeeded = needsAddress(vendor);
  return (
    <>
      {mayNameAddress && (isNeeded || vendor.selfHosted) && (
        <Field
          label="Address"
          error={errorAt(error, 'baseUrl')}
          hint="Up to where its paths begin, often ending in /v1."
        >
          <Input
            type="url"
            value={baseUrl}
            onChange={(event) => onChange({ baseUrl: event.target.value })}
            placeholder={vendor.baseUrl ?? 'http://10.0.0.5:8000/v1'}
            required={isNeeded}
          />
        </Field>
      )}
      <Field
        label={vendor.keyless ? 'Key (if it wants one)' : 'API key'}
        error={errorAt(error, 'apiKey')}
        hint={
          <>
            Kept sealed, and never shown again.{' '}
            <a className="text-primary underline" href={vendor.docs} target="_blank" rel="noreferrer">
              Where {vendor.name} says how to get one
            </a>
          </>
        }
      >
        <Input
          type="password"
          autoComplete="off"
          spellCheck={false}
          value={apiKey}
          onChange={(event) => onChange({ apiKey: event.target.value })}
          required={!vendor.keyless && !isNeeded}
        />
      </Field>
      {vendor.settings.map(({ name, what, example, required, default: usual }) => (
        <Field
          key={name}
          label={required && usual === null ? labelOf(name) : `${labelOf(name)} (optional)`}
          hint={what}
          error={errorAt(error, `settings.${name}`)}
        >
          <Input
            value={settings[name] ?? ''}
            onChange={(event) => onChange({ settings: { ...settings, [name]: event.target.value } })}
            placeholder={usual ?? example}
            required={required && usual === null}
          />
        </Field>
      ))}
    </>
  );
}

/** `apiVersion`: "Api version". */
function labelOf(name: string): string {
  const words = name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

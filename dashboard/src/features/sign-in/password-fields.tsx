import { errorAt } from '@/components/form-dialog.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Input } from '@/components/ui/input.tsx';

export const passwordLengthMin = 12;
export const passwordLengthMax = 128;

/** A new password, by the rule that the API has. */
export function NewPasswordField({ error, label = 'Password' }: { error: unknown; label?: string }) {
  return (
    <Field label={label} hint={`At least ${passwordLengthMin} characters.`} error={errorAt(error, 'password')}>
      <Input
        name="password"
        type="password"
        autoComplete="new-password"
        minLength={passwordLengthMin}
        maxLength={passwordLengthMax}
        required
      />
    </Field>
  );
}

export function NameField({ error }: { error: unknown }) {
  return (
    <Field label="Your name" error={errorAt(error, 'name')}>
      <Input name="name" autoComplete="name" maxLength={100} required />
    </Field>
  );
}

import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ErrorState } from '@/components/error-state.tsx';
import { errorAt } from '@/components/form-dialog.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Input } from '@/components/ui/input.tsx';
import { clientFor } from '@/lib/api.ts';
import { passwordOf, textOf, tokenOfLink } from './auth.ts';
import { EntryCard } from './entry-card.tsx';
import { NameField, NewPasswordField } from './password-fields.tsx';
import { useSignedIn } from './use-signed-in.ts';

/** The first owner, by the link that the first start printed. */
export function SetUpPage() {
  const [token] = useState(tokenOfLink);
  const signedIn = useSignedIn();
  const setUp = useMutation({
    mutationFn: (who: { email: string; name: string; password: string }) =>
      clientFor(undefined).call('POST /bootstrap', { body: { token, ...who } }),
    onSuccess: () => signedIn('/'),
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    setUp.mutate({ email: textOf(form, 'email'), name: textOf(form, 'name'), password: passwordOf(form) });
  }
  const { error } = setUp;
  const isShown = ['email', 'name', 'password'].some((field) => errorAt(error, field) !== undefined);
  return (
    <EntryCard title="Set up Tollgate" lead="You become the owner of this installation. You can invite others then.">
      {token === '' && <ErrorState error={noToken} title="This address has no token." />}
      <form onSubmit={submit} className="flex flex-col gap-4">
        <NameField error={error} />
        <Field label="E-mail" hint="You sign in with it." error={errorAt(error, 'email')}>
          <Input name="email" type="email" autoComplete="username" maxLength={100} required />
        </Field>
        <NewPasswordField error={error} />
        {error !== null && !isShown && <ErrorState error={error} />}
        <Button type="submit" size="lg" disabled={setUp.isPending || token === ''}>
          Set up
        </Button>
      </form>
    </EntryCard>
  );
}

const noToken = new Error('Open the whole link that tollgate serve printed, or run tollgate admin link for a new one.');

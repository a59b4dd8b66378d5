import { useMutation } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { ErrorState } from '@/components/error-state.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Input } from '@/components/ui/input.tsx';
import { askAuth, inside, passwordOf, textOf } from './auth.ts';
import { useSignedIn } from './use-signed-in.ts';

interface SignedIn {
  /** The password was right, and a second factor is wanted. */
  readonly twoFactorRedirect?: boolean;
}

export function PasswordForm({ back, onSecondFactor }: { back: string | undefined; onSecondFactor: () => void }) {
  const signedIn = useSignedIn();
  const signIn = useMutation({
    mutationFn: (body: object) => askAuth<SignedIn>('/sign-in/email', body),
    onSuccess: (answer) => (answer.twoFactorRedirect === true ? onSecondFactor() : signedIn(inside(back))),
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    signIn.mutate({ email: textOf(form, 'email'), password: passwordOf(form) });
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <Field label="E-mail">
        <Input name="email" type="email" autoComplete="username webauthn" autoFocus required />
      </Field>
      <Field label="Password">
        <Input name="password" type="password" autoComplete="current-password" required />
      </Field>
      {signIn.error !== null && <ErrorState error={signIn.error} />}
      <Button type="submit" size="lg" disabled={signIn.isPending}>
        Sign in
      </Button>
    </form>
  );
}

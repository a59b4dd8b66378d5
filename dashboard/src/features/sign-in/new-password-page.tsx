import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ErrorState } from '@/components/error-state.tsx';
import { errorAt } from '@/components/form-dialog.tsx';
import { Button } from '@/components/ui/button.tsx';
import { clientFor } from '@/lib/api.ts';
import { passwordOf, tokenOfLink } from './auth.ts';
import { EntryCard } from './entry-card.tsx';
import { NewPasswordField } from './password-fields.tsx';
import { useSignedIn } from './use-signed-in.ts';

/** By a link of the operator, for whoever lost their password. */
export function NewPasswordPage() {
  const [token] = useState(tokenOfLink);
  const signedIn = useSignedIn();
  const change = useMutation({
    mutationFn: (password: string) =>
      clientFor(undefined).call('POST /sign-in-links/use', { body: { token, password } }),
    // Whoever has a second factor still has to give it.
    onSuccess: () => signedIn('/').catch(() => signedIn('/sign-in')),
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    change.mutate(passwordOf(event.currentTarget));
  }
  const { error } = change;
  return (
    <EntryCard title="Choose a new password" lead="All of your sessions end with the old one.">
      <form onSubmit={submit} className="flex flex-col gap-4">
        <NewPasswordField error={error} label="New password" />
        {error !== null && errorAt(error, 'password') === undefined && <ErrorState error={error} />}
        <Button type="submit" size="lg" disabled={change.isPending}>
          Save and sign in
        </Button>
      </form>
    </EntryCard>
  );
}

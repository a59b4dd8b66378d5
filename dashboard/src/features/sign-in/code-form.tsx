import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ErrorState } from '@/components/error-state.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Input } from '@/components/ui/input.tsx';
import { askAuth, inside, textOf } from './auth.ts';
import { useSignedIn } from './use-signed-in.ts';

/** The code of an app, or one of the codes that were written down for the day it is lost. */
export function CodeForm({ back, onAgain }: { back: string | undefined; onAgain: () => void }) {
  const [lost, setLost] = useState(false);
  const signedIn = useSignedIn();
  const verify = useMutation({
    mutationFn: (code: string) =>
      askAuth(lost ? '/two-factor/verify-backup-code' : '/two-factor/verify-totp', { code }),
    onSuccess: () => signedIn(inside(back)),
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    verify.mutate(textOf(event.currentTarget, 'code'));
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <Field
        key={String(lost)}
        label={lost ? 'Recovery code' : 'Code'}
        hint={lost ? 'One of those that you wrote down; each works once.' : 'The six digits that your app shows now.'}
      >
        {lost ? (
          <Input name="code" autoComplete="off" autoFocus required className="font-mono" />
        ) : (
          <Input
            name="code"
            inputMode="numeric"
            pattern="[0-9]{6}"
            autoComplete="one-time-code"
            autoFocus
            required
            className="font-mono tracking-widest"
          />
        )}
      </Field>
      {verify.error !== null && <ErrorState error={verify.error} />}
      <Button type="submit" size="lg" disabled={verify.isPending}>
        Go on
      </Button>
      <div className="flex flex-wrap justify-between gap-2">
        <Button variant="link" className="px-0" onClick={() => setLost(!lost)}>
          {lost ? 'Use the app' : 'Use a recovery code'}
        </Button>
        <Button variant="link" className="px-0" onClick={onAgain}>
          Start again
        </Button>
      </div>
    </form>
  );
}

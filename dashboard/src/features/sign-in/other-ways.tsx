import { useMutation } from '@tanstack/react-query';
import { Fingerprint, KeyRound, LogIn } from 'lucide-react';
import { ErrorState } from '@/components/error-state.tsx';
import { Button } from '@/components/ui/button.tsx';
import { askAuth, inside } from './auth.ts';
import { canPasskey, signInByPasskey } from './passkey.ts';
import { useSignedIn } from './use-signed-in.ts';

interface OtherWaysProps {
  readonly back: string | undefined;
  readonly providers: readonly { readonly name: string; readonly label: string }[];
  readonly isKey: boolean;
  readonly onKey: () => void;
}

/** Everything but a password. */
export function OtherWays({ back, providers, isKey, onKey }: OtherWaysProps) {
  const signedIn = useSignedIn();
  const passkey = useMutation({ mutationFn: signInByPasskey, onSuccess: () => signedIn(inside(back)) });
  const redirect = useMutation({
    mutationFn: (provider: string) => {
      const callbackURL = `/dashboard${inside(back)}`;
      return askAuth<{ url: string }>('/sign-in/social', {
        provider,
        callbackURL,
        errorCallbackURL: '/dashboard/sign-in',
      });
    },
    onSuccess: ({ url }) => location.assign(url),
  });
  const error = passkey.error ?? redirect.error;
  return (
    <div className="flex flex-col gap-2">
      <p className="flex items-center gap-3 py-1 text-xs text-muted-foreground before:h-px before:flex-1 before:bg-border after:h-px after:flex-1 after:bg-border">
        or
      </p>
      {error !== null && <ErrorState error={error} title="That did not work." />}
      {providers.map(({ name, label }) => (
        <Button
          key={name}
          variant="outline"
          size="lg"
          disabled={redirect.isPending}
          onClick={() => redirect.mutate(name)}
        >
          <LogIn aria-hidden /> Continue with {label}
        </Button>
      ))}
      {canPasskey() && (
        <Button variant="outline" size="lg" disabled={passkey.isPending} onClick={() => passkey.mutate()}>
          <Fingerprint aria-hidden /> Use a passkey
        </Button>
      )}
      <Button variant="outline" size="lg" onClick={onKey}>
        <KeyRound aria-hidden /> {isKey ? 'Use a password' : 'Use a management key'}
      </Button>
    </div>
  );
}

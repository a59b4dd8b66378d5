import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { ErrorState } from '@/components/error-state.tsx';
import { clientFor } from '@/lib/api.ts';
import { CodeForm } from './code-form.tsx';
import { EntryCard } from './entry-card.tsx';
import { KeyForm } from './key-form.tsx';
import { OtherWays } from './other-ways.tsx';
import { PasswordForm } from './password-form.tsx';

type Step = 'password' | 'code' | 'key';

const titles: Readonly<Record<Step, string>> = {
  password: 'Sign in',
  code: 'Your second factor',
  key: 'Sign in with a key',
};

export function SignInPage() {
  const { back, error } = useSearch({ from: '/public/sign-in' });
  const [step, setStep] = useState<Step>('password');
  const { data: installation } = useQuery({
    queryKey: ['bootstrap'],
    queryFn: ({ signal }) => clientFor(undefined).call('GET /bootstrap', { signal }),
  });
  return (
    <EntryCard title={titles[step]}>
      {error !== undefined && step === 'password' && (
        <ErrorState error={reasonOf(error)} title="Single sign-on did not work." />
      )}
      {installation?.needed === true && step === 'password' && (
        <p className="rounded-md border border-warning/40 bg-warning/8 px-3 py-2">
          Nobody owns this installation yet. Open the link that <code>tollgate serve</code> printed when it first
          started, or run <code>tollgate admin link</code> for a new one.
        </p>
      )}
      {step === 'password' && <PasswordForm back={back} onSecondFactor={() => setStep('code')} />}
      {step === 'code' && <CodeForm back={back} onAgain={() => setStep('password')} />}
      {step === 'key' && <KeyForm back={back} />}
      {step !== 'code' && (
        <OtherWays
          back={back}
          providers={installation?.singleSignOn ?? []}
          isKey={step === 'key'}
          onKey={() => setStep(step === 'key' ? 'password' : 'key')}
        />
      )}
    </EntryCard>
  );
}

const reasons: Readonly<Record<string, string>> = {
  signup_disabled: 'Nobody here has the address that your provider named. Ask for an invitation first.',
  account_not_linked: 'Sign in with your password, then link the provider in your account.',
  email_not_verified: 'Your provider has not verified your address.',
};

function reasonOf(error: string): Error {
  return new Error(reasons[error] ?? 'Try again, or ask the operator to look into the log.');
}

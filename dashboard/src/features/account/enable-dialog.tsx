import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { CopyButton } from '@/components/copy-button.tsx';
import { FormDialog } from '@/components/form-dialog.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Input } from '@/components/ui/input.tsx';
import { askAuth } from '@/features/sign-in/auth.ts';
import type { ApiError } from '@/lib/api.ts';
import { QrCode } from './qr-code.tsx';
import { RecoveryCodes } from './recovery-codes.tsx';

interface Enrolment {
  readonly totpURI: string;
  readonly backupCodes: readonly string[];
}

/** The password, then the code that the app shows, then codes for the day it is lost. */
export function EnableDialog({ onClose }: { onClose: () => void }) {
  const [enrolment, setEnrolment] = useState<Enrolment>();
  const [isDone, setDone] = useState(false);
  if (enrolment === undefined) return <PasswordStep onClose={onClose} onNext={setEnrolment} />;
  if (!isDone) return <CodeStep uri={enrolment.totpURI} onClose={onClose} onNext={() => setDone(true)} />;
  return <RecoveryCodes codes={enrolment.backupCodes} onClose={onClose} />;
}

function PasswordStep({ onClose, onNext }: { onClose: () => void; onNext: (enrolment: Enrolment) => void }) {
  const [password, setPassword] = useState('');
  const enable = useMutation<Enrolment, ApiError>({
    mutationFn: () => askAuth<Enrolment>('/two-factor/enable', { password }),
    onSuccess: onNext,
  });
  return (
    <FormDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Turn the second factor on"
      description="First your password, so that nobody does it for you."
      action="Go on"
      pending={enable.isPending}
      error={enable.error}
      fields={[]}
      onSubmit={() => enable.mutate()}
    >
      <Field label="Password">
        <Input
          type="password"
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          required
        />
      </Field>
    </FormDialog>
  );
}

function CodeStep({ uri, onClose, onNext }: { uri: string; onClose: () => void; onNext: () => void }) {
  const [code, setCode] = useState('');
  const queries = useQueryClient();
  const secret = new URL(uri).searchParams.get('secret') ?? '';
  const verify = useMutation<unknown, ApiError>({
    mutationFn: () => askAuth('/two-factor/verify-totp', { code }),
    onSuccess: onNext,
    onSettled: () => queries.invalidateQueries({ queryKey: ['GET /me/sessions'] }),
  });
  return (
    <FormDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Scan the code"
      description="With an app such as Aegis, 1Password or Google Authenticator."
      action="Turn on"
      pending={verify.isPending}
      error={verify.error}
      fields={[]}
      onSubmit={() => verify.mutate()}
    >
      <QrCode text={uri} label="Code to scan with your app" />
      <p className="flex flex-wrap items-center justify-center gap-1 text-xs text-muted-foreground">
        Or type <code className="font-mono break-all">{secret}</code>{' '}
        <CopyButton text={secret} label="Copy the secret" />
      </p>
      <Field label="Code" hint="The six digits that the app shows now.">
        <Input
          value={code}
          onChange={(event) => setCode(event.target.value.trim())}
          inputMode="numeric"
          pattern="[0-9]{6}"
          autoComplete="one-time-code"
          className="font-mono tracking-widest"
          required
        />
      </Field>
    </FormDialog>
  );
}

import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { ErrorState } from '@/components/error-state.tsx';
import { errorAt } from '@/components/form-dialog.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { clientFor } from '@/lib/api.ts';
import { roleNames } from '@/lib/roles.ts';
import { passwordOf, textOf, tokenOfLink } from './auth.ts';
import { EntryCard } from './entry-card.tsx';
import { NameField, NewPasswordField } from './password-fields.tsx';
import { useSignedIn } from './use-signed-in.ts';

/** What an invitation is for, and how somebody new or known takes it. */
export function InvitationPage() {
  const [token] = useState(tokenOfLink);
  const look = useQuery({
    queryKey: ['invitation', token],
    queryFn: () => clientFor(undefined).call('POST /invitations/look', { body: { token } }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (look.error) {
    return (
      <EntryCard title="Invitation">
        <ErrorState error={look.error} />
      </EntryCard>
    );
  }
  if (look.data === undefined) {
    return (
      <EntryCard title="Invitation">
        <Skeleton className="h-52" />
      </EntryCard>
    );
  }
  const { organization, email, role, invitedBy, hasAccount } = look.data;
  const lead = (
    <>
      {invitedBy} invites <strong className="font-medium text-foreground">{email}</strong>, as{' '}
      {roleNames[role].toLowerCase()}.
    </>
  );
  return (
    <EntryCard title={`Join ${organization}`} lead={lead}>
      <AcceptForm token={token} isNew={!hasAccount} />
    </EntryCard>
  );
}

function AcceptForm({ token, isNew }: { token: string; isNew: boolean }) {
  const signedIn = useSignedIn();
  const accept = useMutation({
    mutationFn: (who: { name?: string; password?: string }) =>
      clientFor(undefined).call('POST /invitations/accept', { body: { token, ...who } }),
    onSuccess: ({ organizationId }) => signedIn(`/?org=${organizationId}`).catch(() => signedIn('/sign-in')),
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    accept.mutate(isNew ? { name: textOf(form, 'name'), password: passwordOf(form) } : {});
  }
  const { error } = accept;
  const isShown = ['name', 'password'].some((field) => errorAt(error, field) !== undefined);
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      {isNew && <NameField error={error} />}
      {isNew && <NewPasswordField error={error} />}
      {!isNew && (
        <p className="text-muted-foreground">
          This address has an account.{' '}
          <Link to="/sign-in" className="text-primary underline">
            Sign in with it
          </Link>
          , then open the link of the invitation again.
        </p>
      )}
      {error !== null && !isShown && <ErrorState error={error} />}
      <Button type="submit" size="lg" disabled={accept.isPending}>
        {isNew ? 'Create account and join' : 'Join'}
      </Button>
    </form>
  );
}

import { EmptyState } from '@/components/empty-state.tsx';
import { ErrorState } from '@/components/error-state.tsx';
import { PageHeader } from '@/components/page-header.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useAsk } from '@/lib/api.ts';
import { NameCard } from './name-card.tsx';
import { PasskeysCard } from './passkeys-card.tsx';
import { PasswordCard } from './password-card.tsx';
import { SessionsCard } from './sessions-card.tsx';
import { SingleSignOnCard } from './single-sign-on-card.tsx';
import { TwoFactorCard } from './two-factor-card.tsx';

/** A person's own account, whatever organization they look at. */
export function AccountPage() {
  const me = useAsk('GET /me');
  if (me.error) return <ErrorState error={me.error} onRetry={me.refetch} />;
  if (me.data === undefined) return <Skeleton className="h-96 rounded-lg" />;
  const { user } = me.data;
  return (
    <div className="flex max-w-3xl flex-col gap-5">
      <PageHeader title="Account">{user === null ? undefined : `Signed in as ${user.email}.`}</PageHeader>
      {user === null ? (
        <EmptyState title="A management key has no account">
          You are signed in with a key. Sign out, then sign in with your address to see your account.
        </EmptyState>
      ) : (
        <>
          <NameCard name={user.name} />
          <PasswordCard hasPassword={user.hasPassword} />
          <TwoFactorCard enabled={user.twoFactorEnabled} hasPassword={user.hasPassword} />
          <PasskeysCard />
          <SingleSignOnCard linked={user.singleSignOn} />
          <SessionsCard />
        </>
      )}
    </div>
  );
}

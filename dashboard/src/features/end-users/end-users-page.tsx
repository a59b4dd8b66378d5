import { Link, useNavigate } from '@tanstack/react-router';
import { UserRound } from 'lucide-react';
import { EmptyState } from '@/components/empty-state.tsx';
import { ErrorState } from '@/components/error-state.tsx';
import { Count, Money } from '@/components/figures.tsx';
import { NeedsOrganization } from '@/components/needs-organization.tsx';
import { PageHeader } from '@/components/page-header.tsx';
import { SearchForm } from '@/components/search-form.tsx';
import { Card } from '@/components/ui/card.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useAsk } from '@/lib/api.ts';
import { usePeriod } from '@/lib/period.ts';
import { useMay } from '@/lib/session.ts';
import { ErasureList } from './erasure-list.tsx';

/** The people behind an organization's own customers: whom its requests name as their `user`. */
export function EndUsersPage() {
  const navigate = useNavigate();
  const mayErase = useMay('GET /end-user-erasures');
  const open = (endUserId: string) =>
    endUserId !== '' && void navigate({ to: '/end-users/$endUserId', params: { endUserId } });
  return (
    <div className="flex flex-col gap-4">
      <PageHeader
        title="End users"
        actions={
          <SearchForm label="Open an end user" placeholder="Exactly as in user …" value={undefined} onSearch={open} />
        }
      >
        Whom requests were made for: the <code>user</code> that they name.
      </PageHeader>
      <NeedsOrganization>
        {(organizationId) => (
          <>
            <List organizationId={organizationId} />
            {mayErase && <ErasureList organizationId={organizationId} />}
          </>
        )}
      </NeedsOrganization>
    </div>
  );
}

function List({ organizationId }: { organizationId: string }) {
  const { from, to } = usePeriod();
  const query = { organizationId, since: from, until: to, limit: 200 };
  const users = useAsk('GET /stats/by-end-user', { query }, { keep: true });
  if (users.error) return <ErrorState error={users.error} onRetry={users.refetch} />;
  if (users.data === undefined) return <Skeleton className="h-72 rounded-lg" />;
  const rows = users.data.data.filter(({ group }) => group !== '');
  if (rows.length === 0)
    return (
      <Card>
        <EmptyState title="No request named an end user in this period" icon={UserRound}>
          Send <code>user</code> with your requests (<code>metadata.user_id</code> to Anthropic’s dialect), and each
          person’s use and data are found here. Or choose a longer period at the top.
        </EmptyState>
      </Card>
    );
  return (
    <Card>
      <table className="w-full text-sm">
        <caption className="sr-only">End users, by what they cost</caption>
        <thead>
          <tr className="text-left text-xs text-muted-foreground [&>th]:px-4 [&>th]:py-2 [&>th]:font-medium">
            <th scope="col">End user</th>
            <th scope="col" className="text-right">
              Requests
            </th>
            <th scope="col" className="text-right">
              Spend
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ group, requests, chargeUsd }) => (
            <tr key={group} className="border-t [&>td]:px-4 [&>td]:py-2">
              <td className="w-full max-w-0 truncate">
                <Link to="/end-users/$endUserId" params={{ endUserId: group }} className="hover:underline">
                  {group}
                </Link>
              </td>
              <td className="text-right">
                <Count count={requests} unit="requests" />
              </td>
              <td className="text-right">
                <Money usd={chargeUsd} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}

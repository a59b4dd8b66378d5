import { EmptyState } from '@/components/empty-state.tsx';
import { PageHeader } from '@/components/page-header.tsx';
import { useOrganizationId } from '@/lib/session.ts';
import { BalanceCard } from './balance-card.tsx';
import { TransferList } from './transfer-list.tsx';

export function WalletPage() {
  const organizationId = useOrganizationId();
  return (
    <div className="flex flex-col gap-6">
      <PageHeader title="Wallet">What there is to spend, where it came from, and what it went for.</PageHeader>
      {organizationId === undefined ? (
        <EmptyState title="You belong to no organization yet">
          A wallet is an organization’s. Ask its owner for an invitation.
        </EmptyState>
      ) : (
        <>
          <BalanceCard organizationId={organizationId} />
          <TransferList organizationId={organizationId} />
        </>
      )}
    </div>
  );
}

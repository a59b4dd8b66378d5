import { AddressTabs } from '@/components/address-tabs.tsx';
import { NeedsOrganization } from '@/components/needs-organization.tsx';
import { PageHeader } from '@/components/page-header.tsx';
import { AutomaticCard } from './automatic-card.tsx';
import { BalanceCard } from './balance-card.tsx';
import { CheckoutNotice } from './checkout-notice.tsx';
import { CreditList } from './credit-list.tsx';
import { PaymentList } from './payment-list.tsx';
import { TransferList } from './transfer-list.tsx';
import { WalletActions } from './wallet-actions.tsx';

export function WalletPage() {
  return (
    <NeedsOrganization>
      {(organizationId) => (
        <div className="flex flex-col gap-5">
          <PageHeader title="Wallet" actions={<WalletActions organizationId={organizationId} />}>
            What there is to spend, where it came from, and what it went for.
          </PageHeader>
          <CheckoutNotice organizationId={organizationId} />
          <div className="grid grid-cols-1 items-stretch gap-5 xl:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
            <BalanceCard organizationId={organizationId} />
            <AutomaticCard organizationId={organizationId} />
          </div>
          <AddressTabs
            label="What moved"
            tabs={[
              { value: 'transfers', label: 'Transfers', content: <TransferList organizationId={organizationId} /> },
              { value: 'payments', label: 'Payments', content: <PaymentList organizationId={organizationId} /> },
              { value: 'credits', label: 'Credits', content: <CreditList organizationId={organizationId} /> },
            ]}
          />
        </div>
      )}
    </NeedsOrganization>
  );
}

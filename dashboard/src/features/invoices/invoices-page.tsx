import { AddressTabs } from '@/components/address-tabs.tsx';
import { NeedsOrganization } from '@/components/needs-organization.tsx';
import { PageHeader } from '@/components/page-header.tsx';
import { useMay } from '@/lib/session.ts';
import { BuyerForm } from './buyer-form.tsx';
import { CloseMonthButton } from './close-month-button.tsx';
import { InvoiceList } from './invoice-list.tsx';
import { ReceiptList } from './receipt-list.tsx';
import { SellerForm } from './seller-form.tsx';

export function InvoicesPage() {
  const maySell = useMay('PUT /invoice-seller');
  return (
    <NeedsOrganization>
      {(organizationId) => {
        const tabs = [
          { value: 'invoices', label: 'Invoices', content: <InvoiceList organizationId={organizationId} /> },
          { value: 'receipts', label: 'Receipts', content: <ReceiptList organizationId={organizationId} /> },
          { value: 'details', label: 'Billing details', content: <BuyerForm organizationId={organizationId} /> },
          ...(maySell ? [{ value: 'seller', label: 'Seller', content: <SellerForm /> }] : []),
        ];
        return (
          <div className="flex flex-col gap-5">
            <PageHeader title="Invoices" actions={<CloseMonthButton organizationId={organizationId} />}>
              Each month that is over, with every model that was used, and a receipt for each payment.
            </PageHeader>
            <AddressTabs label="Invoices" tabs={tabs} />
          </div>
        );
      }}
    </NeedsOrganization>
  );
}

import { AddressTabs } from '@/components/address-tabs.tsx';
import { NeedsOrganization } from '@/components/needs-organization.tsx';
import { PageHeader } from '@/components/page-header.tsx';
import { useMay } from '@/lib/session.ts';
import { OwnKeys } from './own-keys.tsx';
import { ProviderList } from './provider-list.tsx';

/** Operators see the installation's providers; whoever manages an organization its own keys. */
export function ProvidersPage() {
  const isOperator = useMay('GET /providers');
  const own = <NeedsOrganization>{(organizationId) => <OwnKeys organizationId={organizationId} />}</NeedsOrganization>;
  if (!isOperator)
    return (
      <div className="flex flex-col gap-5">
        <PageHeader title="Providers">Accounts of your own at providers: your requests use them first.</PageHeader>
        {own}
      </div>
    );
  return (
    <div className="flex flex-col gap-5">
      <PageHeader title="Providers">
        Who is asked, with which keys, and how that goes as this instance sees it.
      </PageHeader>
      <AddressTabs
        label="Whose providers"
        tabs={[
          { value: 'installation', label: 'Installation', content: <ProviderList /> },
          { value: 'own', label: "The organization's own keys", content: own },
        ]}
      />
    </div>
  );
}

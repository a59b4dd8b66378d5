import { AddressTabs } from '@/components/address-tabs.tsx';
import { NeedsOrganization } from '@/components/needs-organization.tsx';
import { PageHeader } from '@/components/page-header.tsx';
import { useMay } from '@/lib/session.ts';
import { AlertList } from './alert-list.tsx';
import { EmailsCard } from './emails-card.tsx';
import { EndpointsCard } from './endpoints-card.tsx';
import { RulesCard } from './rules-card.tsx';
import { TestButton } from './test-button.tsx';

export function AlertsPage() {
  const mayChangeAll = useMay('PUT /alert-rules/{kind}');
  return (
    <NeedsOrganization>
      {(organizationId) => {
        const receivers = (
          <div className="flex flex-col gap-5">
            <EndpointsCard organizationId={organizationId} />
            <EmailsCard organizationId={organizationId} />
          </div>
        );
        const installation = (
          <div className="flex flex-col gap-5">
            <RulesCard />
            <EndpointsCard />
            <EmailsCard />
          </div>
        );
        const tabs = [
          { value: 'sent', label: 'Sent', content: <AlertList organizationId={organizationId} /> },
          { value: 'rules', label: 'Rules', content: <RulesCard organizationId={organizationId} /> },
          { value: 'receivers', label: 'Receivers', content: receivers },
          ...(mayChangeAll ? [{ value: 'installation', label: 'Of the installation', content: installation }] : []),
        ];
        return (
          <div className="flex flex-col gap-5">
            <PageHeader title="Alerts" actions={<TestButton organizationId={organizationId} />}>
              Tells people and programs before money runs out, and when something is unusual.
            </PageHeader>
            <AddressTabs label="Alerts" tabs={tabs} />
          </div>
        );
      }}
    </NeedsOrganization>
  );
}

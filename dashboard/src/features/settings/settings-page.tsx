import { AddressTabs } from '@/components/address-tabs.tsx';
import { PageHeader } from '@/components/page-header.tsx';
import { useIsOperator, useOrganizationId } from '@/lib/session.ts';
import { AppearanceCard } from './appearance-card.tsx';
import { ContentCard } from './content-card.tsx';
import { DriftPanel } from './drift-panel.tsx';
import { InstallationPanel } from './installation-panel.tsx';
import { TimeZoneCard } from './time-zone-card.tsx';

export function SettingsPage() {
  const organizationId = useOrganizationId();
  const isOperator = useIsOperator();
  const organization = {
    value: 'organization',
    label: 'Organization',
    content: (
      <div className="grid items-start gap-5 xl:grid-cols-2">
        <div className="flex flex-col gap-5">
          {organizationId !== undefined && (
            <TimeZoneCard key={`zone ${organizationId}`} organizationId={organizationId} />
          )}
          <AppearanceCard />
        </div>
        {organizationId !== undefined && (
          <ContentCard key={`content ${organizationId}`} organizationId={organizationId} />
        )}
      </div>
    ),
  };
  const ofOperators = [
    { value: 'installation', label: 'Installation', content: <InstallationPanel /> },
    { value: 'drift', label: 'File and database', content: <DriftPanel /> },
  ];
  return (
    <div className="flex flex-col gap-4">
      <PageHeader title="Settings">What is set here takes effect within a second.</PageHeader>
      <AddressTabs label="Settings" tabs={isOperator ? [organization, ...ofOperators] : [organization]} />
    </div>
  );
}

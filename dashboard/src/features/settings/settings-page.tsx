import { AddressTabs } from '@/components/address-tabs.tsx';
import { PageHeader } from '@/components/page-header.tsx';
import { useIsOperator, useOrganizationId } from '@/lib/session.ts';
import { AppearanceCard } from './appearance-card.tsx';
import { ContentPanel } from './content-panel.tsx';
import { DriftPanel } from './drift-panel.tsx';
import { InstallationPanel } from './installation-panel.tsx';
import { MasterKeyPanel } from './master-key-panel.tsx';
import { TimeZoneCard } from './time-zone-card.tsx';

export function SettingsPage() {
  const organizationId = useOrganizationId();
  const isOperator = useIsOperator();
  const own = [
    {
      value: 'organization',
      label: 'Organization',
      content: (
        <div className="grid items-start gap-5 xl:grid-cols-2">
          {organizationId !== undefined && <TimeZoneCard key={organizationId} organizationId={organizationId} />}
          <AppearanceCard />
        </div>
      ),
    },
    ...(organizationId === undefined
      ? []
      : [
          {
            value: 'content',
            label: 'Prompts and answers',
            content: <ContentPanel key={organizationId} organizationId={organizationId} />,
          },
        ]),
  ];
  const ofOperators = [
    { value: 'installation', label: 'Installation', content: <InstallationPanel /> },
    { value: 'drift', label: 'File and database', content: <DriftPanel /> },
    { value: 'master-key', label: 'Master key', content: <MasterKeyPanel /> },
  ];
  return (
    <div className="flex flex-col gap-4">
      <PageHeader title="Settings">What is set here takes effect within a second.</PageHeader>
      <AddressTabs label="Settings" tabs={isOperator ? [...own, ...ofOperators] : own} />
    </div>
  );
}

import { Plus } from 'lucide-react';
import { useState } from 'react';
import { AddressTabs } from '@/components/address-tabs.tsx';
import { NeedsOrganization } from '@/components/needs-organization.tsx';
import { PageHeader } from '@/components/page-header.tsx';
import { Button } from '@/components/ui/button.tsx';
import { useIsOperator } from '@/lib/session.ts';
import { PlanCards } from './plan-cards.tsx';
import { PlanDialog } from './plan-dialog.tsx';
import { SubscriptionCard } from './subscription-card.tsx';
import { SubscriptionList } from './subscription-list.tsx';

export function PlansPage() {
  const [creating, setCreating] = useState(false);
  const isOperator = useIsOperator();
  const create = isOperator && (
    <Button onClick={() => setCreating(true)}>
      <Plus aria-hidden /> New plan
    </Button>
  );
  return (
    <NeedsOrganization>
      {(organizationId) => {
        const own = (
          <div className="flex flex-col gap-5">
            <SubscriptionCard organizationId={organizationId} />
            <PlanCards organizationId={organizationId} action={create} />
          </div>
        );
        return (
          <div className="flex flex-col gap-5">
            <PageHeader title="Plans" actions={create}>
              A price for each month, with usage included. What a plan says never changes for whoever has it.
            </PageHeader>
            {isOperator ? (
              <AddressTabs
                label="Plans"
                tabs={[
                  { value: 'plans', label: 'For sale', content: own },
                  { value: 'subscriptions', label: 'Who has which', content: <SubscriptionList /> },
                ]}
              />
            ) : (
              own
            )}
            {creating && <PlanDialog onClose={() => setCreating(false)} />}
          </div>
        );
      }}
    </NeedsOrganization>
  );
}

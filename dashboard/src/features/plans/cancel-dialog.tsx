import { useState } from 'react';
import { ConfirmDialog } from '@/components/confirm-dialog.tsx';
import { Segments } from '@/components/segments.tsx';
import { toast } from '@/components/ui/toast.tsx';
import { useChange } from '@/lib/api.ts';
import { formatDay, formatUsd } from '@/lib/format.ts';
import { staleByPlan } from './stale.ts';

const times = [
  { value: 'period-end', label: 'At the end of its month' },
  { value: 'now', label: 'Now' },
] as const;

export function CancelDialog({
  organizationId,
  periodEnd,
  onClose,
}: {
  organizationId: string;
  periodEnd: string;
  onClose: () => void;
}) {
  const [when, setWhen] = useState<'period-end' | 'now'>('period-end');
  const cancel = useChange('POST /organizations/{organizationId}/subscription/cancel', staleByPlan);
  function confirm() {
    cancel.mutate(
      { params: { organizationId }, body: { when } },
      {
        onSuccess: ({ paidBackUsd }) => {
          toast.done('Plan cancelled', when === 'now' ? `${formatUsd(paidBackUsd)} went into the wallet` : undefined);
          onClose();
        },
      },
    );
  }
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Cancel the plan?"
      action="Cancel plan"
      pending={cancel.isPending}
      error={cancel.error}
      onConfirm={confirm}
    >
      <Segments label="When" items={times} value={when} onChange={setWhen} />
      <p className="mt-3">
        {when === 'now'
          ? 'Its limits, models and what is left of its allowance end now. The unused part of its price goes into the wallet.'
          : `It goes on until ${formatDay(periodEnd)}, and can be chosen again before then.`}{' '}
        Afterwards the wallet pays for what is used.
      </p>
    </ConfirmDialog>
  );
}

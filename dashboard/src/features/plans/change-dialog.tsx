import type { Plan } from '@tollgate/client';
import { ErrorState } from '@/components/error-state.tsx';
import { Money } from '@/components/figures.tsx';
import { FormDialog } from '@/components/form-dialog.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { toast } from '@/components/ui/toast.tsx';
import { useAsk, useChange } from '@/lib/api.ts';
import { formatDay } from '@/lib/format.ts';
import { staleByPlan } from './stale.ts';

const route = 'POST /organizations/{organizationId}/subscription/change';

/** Says what the change costs now, to the nano-dollar, and keeps that price for the click. */
export function ChangeDialog({
  organizationId,
  plan,
  onClose,
}: {
  organizationId: string;
  plan: Plan;
  onClose: () => void;
}) {
  const params = { organizationId };
  const preview = useAsk('POST /organizations/{organizationId}/subscription/preview', {
    params,
    body: { plan: plan.id },
  });
  const change = useChange(route, staleByPlan);
  const body = { plan: plan.id, ...(preview.data && { prorationAt: preview.data.prorationAt }) };
  function submit() {
    const onSuccess = () => {
      toast.done(preview.data?.when === 'now' ? `${plan.name} holds now` : `${plan.name} comes with the next month`);
      onClose();
    };
    change.mutate({ params, body }, { onSuccess });
  }
  return (
    <FormDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Change to ${plan.name}`}
      action={`Change to ${plan.name}`}
      pending={change.isPending || preview.data === undefined}
      error={change.error}
      fields={[]}
      onSubmit={submit}
      curl={{ route, params, body }}
    >
      {preview.error !== null && <ErrorState error={preview.error} onRetry={preview.refetch} />}
      {preview.data === undefined && preview.error === null && <Skeleton className="h-24" />}
      {preview.data?.when === 'period-end' && (
        <p>
          It is not dearer, so it begins with the next month, on {formatDay(preview.data.periodEnd)}. Nothing is paid
          now.
        </p>
      )}
      {preview.data?.when === 'now' && (
        <>
          <p>It holds at once, for the rest of the month until {formatDay(preview.data.periodEnd)}.</p>
          <dl className="flex flex-col gap-1.5">
            <Line name={`${plan.name} for that time`} usd={preview.data.chargeUsd} />
            <Line name="What is left of the present plan" usd={preview.data.creditUsd} sign="−" />
            <Line name="To be paid now" usd={preview.data.dueUsd} sum />
            <Line name="More allowance this month" usd={preview.data.allowanceUsd} />
          </dl>
        </>
      )}
    </FormDialog>
  );
}

function Line({ name, usd, sign, sum = false }: { name: string; usd: string; sign?: string; sum?: boolean }) {
  return (
    <div className={sum ? 'flex justify-between gap-4 border-t pt-1.5 font-medium' : 'flex justify-between gap-4'}>
      <dt className={sum ? undefined : 'text-muted-foreground'}>{name}</dt>
      <dd>
        {sign}
        <Money usd={usd} />
      </dd>
    </div>
  );
}

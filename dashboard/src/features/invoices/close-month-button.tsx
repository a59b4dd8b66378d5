import { useState } from 'react';
import { errorAt, FormDialog } from '@/components/form-dialog.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Input } from '@/components/ui/input.tsx';
import { useChange } from '@/lib/api.ts';
import { useMay } from '@/lib/session.ts';
import { staleByInvoice } from './invoice-looks.ts';

const route = 'POST /organizations/{organizationId}/invoices';

/** For operators who do not want to wait for the hour. */
export function CloseMonthButton({ organizationId }: { organizationId: string }) {
  const [open, setOpen] = useState(false);
  const [period, setPeriod] = useState(lastMonth);
  const close = useChange(route, staleByInvoice);
  const params = { organizationId };
  if (!useMay(route)) return null;
  return (
    <>
      <Button variant="outline" onClick={() => setOpen(true)}>
        Close a month …
      </Button>
      <FormDialog
        open={open}
        onOpenChange={setOpen}
        title="Close a month now"
        description="Months close by themselves within the hour. This closes all that are over, up to this one."
        action="Close month"
        pending={close.isPending}
        error={close.error}
        fields={['period']}
        onSubmit={() => close.mutate({ params, body: { period } }, { onSuccess: () => setOpen(false) })}
        curl={{ route, params, body: { period } }}
      >
        <Field label="Month" error={errorAt(close.error, 'period')}>
          <Input type="month" value={period} onChange={(event) => setPeriod(event.target.value)} required />
        </Field>
      </FormDialog>
    </>
  );
}

function lastMonth(): string {
  const date = new Date();
  return new Date(Date.UTC(date.getFullYear(), date.getMonth() - 1, 15)).toISOString().slice(0, 7);
}

import { Link, useParams } from '@tanstack/react-router';
import { Download } from 'lucide-react';
import { ErrorState } from '@/components/error-state.tsx';
import { PageHeader } from '@/components/page-header.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useAsk, useClient } from '@/lib/api.ts';
import { startExport } from '@/lib/exports.ts';
import { InvoiceActions } from './invoice-actions.tsx';
import { InvoiceLines } from './invoice-lines.tsx';
import { monthName, statusLooks } from './invoice-looks.ts';
import { InvoicePayments } from './invoice-payments.tsx';
import { InvoiceTotals } from './invoice-totals.tsx';

export function InvoicePage() {
  const { invoiceId } = useParams({ from: '/app/invoices/$invoiceId' });
  const client = useClient();
  const params = { invoiceId };
  const invoice = useAsk('GET /invoices/{invoiceId}', { params });
  if (invoice.error) return <ErrorState error={invoice.error} onRetry={invoice.refetch} />;
  if (invoice.data === undefined) return <Skeleton className="h-96 rounded-lg" />;
  const { number, period, status } = invoice.data;
  return (
    <div className="flex flex-col gap-5">
      <Link to="/invoices" className="w-fit text-muted-foreground hover:underline">
        ← Invoices
      </Link>
      <PageHeader
        title={`Invoice ${number}`}
        actions={
          <>
            <Badge variant={statusLooks[status]}>{status}</Badge>
            <Button
              variant="outline"
              onClick={() =>
                startExport(`${number}.pdf`, (signal) =>
                  client.download('GET /invoices/{invoiceId}/pdf', { params, signal }),
                )
              }
            >
              <Download aria-hidden /> PDF
            </Button>
            <Button
              variant="outline"
              onClick={() =>
                startExport(`${number}.csv`, (signal) =>
                  client.download('GET /invoices/{invoiceId}/csv', { params, signal }),
                )
              }
            >
              <Download aria-hidden /> CSV
            </Button>
            <InvoiceActions invoice={invoice.data} />
          </>
        }
      >
        {monthName(period)}
      </PageHeader>
      <div className="grid grid-cols-1 gap-5 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <InvoiceLines lines={invoice.data.lines} />
        <div className="flex flex-col gap-5">
          <InvoiceTotals invoice={invoice.data} />
          <InvoicePayments invoice={invoice.data} />
        </div>
      </div>
    </div>
  );
}

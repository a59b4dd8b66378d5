import type { Invoice } from '@tollgate/client';
import { Download } from 'lucide-react';
import { Money, RelativeTime } from '@/components/figures.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Card, CardContent, CardHeader, CardTitle } from '@/components/ui/card.tsx';
import { useClient } from '@/lib/api.ts';
import { startExport } from '@/lib/exports.ts';

/** What was paid of it, and what was taken back. */
export function InvoicePayments({ invoice: { payments, creditNotes } }: { invoice: Invoice }) {
  const client = useClient();
  if (payments.length + creditNotes.length === 0) return null;
  return (
    <Card>
      <CardHeader>
        <CardTitle>Payments and credit notes</CardTitle>
      </CardHeader>
      <CardContent>
        <ul className="flex flex-col gap-2">
          {payments.map(({ transferId, kind, amountUsd }) => (
            <li key={transferId} className="flex justify-between gap-4">
              <span className="text-muted-foreground">{kind.replaceAll('-', ' ')}</span>
              <Money usd={amountUsd} />
            </li>
          ))}
          {creditNotes.map(({ id, number, reason, amountUsd, createdAt }) => (
            <li key={id} className="flex items-center justify-between gap-3">
              <span className="min-w-0">
                {number} <span className="text-muted-foreground">{reason}</span>{' '}
                <RelativeTime time={createdAt} className="text-muted-foreground" />
              </span>
              <span className="flex items-center gap-1">
                −<Money usd={amountUsd} />
                <Button
                  variant="ghost"
                  size="icon-sm"
                  aria-label={`Get credit note ${number} as PDF`}
                  onClick={() =>
                    startExport(`${number}.pdf`, (signal) =>
                      client.download('GET /credit-notes/{creditNoteId}/pdf', { params: { creditNoteId: id }, signal }),
                    )
                  }
                >
                  <Download />
                </Button>
              </span>
            </li>
          ))}
        </ul>
      </CardContent>
    </Card>
  );
}

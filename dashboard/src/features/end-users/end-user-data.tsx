import { Download } from 'lucide-react';
import { useState } from 'react';
import { TypedConfirm } from '@/components/typed-confirm.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Card, CardContent, CardHeader, CardTitle } from '@/components/ui/card.tsx';
import { useChange, useClient } from '@/lib/api.ts';
import { startExport } from '@/lib/exports.ts';
import { useMay } from '@/lib/session.ts';
import { ErasureProgress } from './erasure-progress.tsx';
import { useErasures } from './use-erasures.ts';

const erase = 'POST /end-users/{endUserId}/erase';
const stale = ['GET /end-user-erasures', 'GET /stats/by-model', 'GET /stats/by-end-user'] as const;

interface EndUserDataProps {
  readonly organizationId: string;
  readonly endUserId: string;
}

/** Giving out and erasing what is known of somebody. */
export function EndUserData({ organizationId, endUserId }: EndUserDataProps) {
  const [isOpen, setOpen] = useState(false);
  const mayErase = useMay(erase);
  const client = useClient();
  const erasures = useErasures(organizationId, mayErase);
  const running = erasures.data?.data.find((each) => each.endUser === endUserId && each.state === 'running');
  const begin = useChange(erase, stale);
  if (!mayErase) return null;
  const params = { endUserId };
  const start = () =>
    startExport(`Data of ${endUserId}`, (signal) =>
      client.download('GET /end-users/{endUserId}/export', { params, query: { organizationId }, signal }),
    );
  return (
    <Card>
      <CardHeader>
        <CardTitle>Their data</CardTitle>
      </CardHeader>
      <CardContent className="flex flex-col gap-3">
        <p>
          Everything that is kept of this person: each request, and its prompt and answer where they are kept. JSON
          lines; an export goes on while you look at other pages.
        </p>
        <Button variant="outline" className="w-fit" onClick={start}>
          <Download aria-hidden />
          Export everything
        </Button>
        <div className="flex flex-col gap-3 border-t pt-3">
          <p>
            Erasing takes away prompts, answers, sessions and the name. The books stay as they are: what each request
            used and cost, under a name that says nothing.
          </p>
          {running === undefined ? (
            <Button variant="destructive" className="w-fit" onClick={() => setOpen(true)}>
              Erase this end user …
            </Button>
          ) : (
            <ErasureProgress erasure={running} />
          )}
        </div>
      </CardContent>
      <TypedConfirm
        open={isOpen}
        onOpenChange={setOpen}
        title="Erase this end user?"
        action="Erase for ever"
        word={endUserId}
        pending={begin.isPending}
        error={begin.error}
        onConfirm={() => begin.mutate({ params, body: { organizationId } }, { onSuccess: () => setOpen(false) })}
      >
        <p>Prompts, answers, sessions and the name go, in batches; what is gone cannot be brought back.</p>
        <p className="text-muted-foreground">
          Requests, tokens and money stay in the books, and in invoices, under a name that says nothing.
        </p>
      </TypedConfirm>
    </Card>
  );
}

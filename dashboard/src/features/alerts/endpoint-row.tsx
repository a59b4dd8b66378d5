import type { WebhookEndpoint } from '@tollgate/client';
import { useState } from 'react';
import { ConfirmDialog } from '@/components/confirm-dialog.tsx';
import { RelativeTime } from '@/components/figures.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { Button } from '@/components/ui/button.tsx';
import { useChange } from '@/lib/api.ts';
import { useMay } from '@/lib/session.ts';

/** A new secret signs beside the old one for a day. */
export function EndpointRow({ endpoint, onSecret }: { endpoint: WebhookEndpoint; onSecret: (secret: string) => void }) {
  const [asking, setAsking] = useState<'rotate' | 'delete'>();
  const rotate = useChange('POST /webhook-endpoints/{endpointId}/rotate', ['GET /webhook-endpoints']);
  const remove = useChange('DELETE /webhook-endpoints/{endpointId}', ['GET /webhook-endpoints']);
  const mayChange = useMay('DELETE /webhook-endpoints/{endpointId}');
  const params = { endpointId: endpoint.id };
  const close = () => setAsking(undefined);
  function rotated() {
    rotate.mutate(
      { params },
      {
        onSuccess: ({ secret }) => {
          close();
          onSecret(secret);
        },
      },
    );
  }
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2">
      <span className="min-w-0 flex-1 basis-48 font-mono text-xs break-all">{endpoint.url}</span>
      {endpoint.disabled && <Badge variant="bad">gone: it answered 410</Badge>}
      {endpoint.previousUntil !== null && (
        <span className="text-xs text-muted-foreground">
          the old secret signs until <RelativeTime time={endpoint.previousUntil} />
        </span>
      )}
      {mayChange && (
        <span className="flex gap-1">
          <Button variant="ghost" size="sm" onClick={() => setAsking('rotate')}>
            New secret
          </Button>
          <Button variant="ghost" size="sm" className="text-bad" onClick={() => setAsking('delete')}>
            Delete
          </Button>
        </span>
      )}
      <ConfirmDialog
        open={asking === 'rotate'}
        onOpenChange={(open) => !open && close()}
        title="Make a new signing secret?"
        action="Make new secret"
        pending={rotate.isPending}
        error={rotate.error}
        onConfirm={rotated}
      >
        For a day, both the old and the new one sign. Whoever checks signatures needs the new one by then.
      </ConfirmDialog>
      <ConfirmDialog
        open={asking === 'delete'}
        onOpenChange={(open) => !open && close()}
        title="Delete this webhook?"
        action="Delete webhook"
        pending={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate({ params }, { onSuccess: close })}
      >
        Nothing is posted to <span className="font-mono text-xs break-all">{endpoint.url}</span> any more.
      </ConfirmDialog>
    </li>
  );
}

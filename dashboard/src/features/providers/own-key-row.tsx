import type { ProviderKey } from '@tollgate/client';
import { useState } from 'react';
import { ConfirmDialog } from '@/components/confirm-dialog.tsx';
import { RelativeTime } from '@/components/figures.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { Button } from '@/components/ui/button.tsx';
import { useChange } from '@/lib/api.ts';
import { useMay } from '@/lib/session.ts';
import { VerdictLine } from './verdict-line.tsx';

const list = 'GET /organizations/{organizationId}/provider-keys';

export function OwnKeyRow({
  providerKey: { organizationId, provider, hint, fallback, updatedAt },
}: {
  providerKey: ProviderKey;
}) {
  const [deleting, setDeleting] = useState(false);
  const mayChange = useMay('DELETE /organizations/{organizationId}/provider-keys/{provider}');
  const test = useChange('POST /organizations/{organizationId}/provider-keys/{provider}/test');
  const remove = useChange('DELETE /organizations/{organizationId}/provider-keys/{provider}', [list]);
  const params = { organizationId, provider };
  return (
    <li className="flex flex-col gap-1.5 px-4 py-2.5">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1.5">
        <span className="font-medium">{provider}</span>
        <span className="font-mono text-xs text-muted-foreground">{hint === null ? '' : `…${hint}`}</span>
        <Badge>{fallback ? 'then the installation’s key' : 'this key alone'}</Badge>
        <span className="flex-1 text-xs text-muted-foreground">
          set <RelativeTime time={updatedAt} />
        </span>
        {mayChange && (
          <span className="flex gap-1">
            <Button variant="outline" size="sm" disabled={test.isPending} onClick={() => test.mutate({ params })}>
              {test.isPending ? 'Testing …' : 'Test connection'}
            </Button>
            <Button variant="ghost" size="sm" className="text-bad" onClick={() => setDeleting(true)}>
              Delete
            </Button>
          </span>
        )}
      </div>
      {test.data && <VerdictLine verdict={test.data} />}
      {test.error && <p className="text-bad">{test.error.message}</p>}
      <ConfirmDialog
        open={deleting}
        onOpenChange={setDeleting}
        title={`Delete the own key for ${provider}?`}
        action="Delete key"
        pending={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate({ params }, { onSuccess: () => setDeleting(false) })}
      >
        Requests to {provider} use the installation’s key from then on, at the usual price, or fail where it has none.
      </ConfirmDialog>
    </li>
  );
}

import type { Provider } from '@tollgate/client';
import { useState } from 'react';
import { ConfirmDialog } from '@/components/confirm-dialog.tsx';
import { Button } from '@/components/ui/button.tsx';
import { toast } from '@/components/ui/toast.tsx';
import { useChange } from '@/lib/api.ts';

const stale = ['GET /providers', 'GET /models'] as const;

/** Turning one that was made here off and on, and deleting it. */
export function ProviderActions({ provider: { name, enabled, credentials } }: { provider: Provider }) {
  const [deleting, setDeleting] = useState(false);
  const change = useChange('PATCH /providers/{providerName}', stale);
  const remove = useChange('DELETE /providers/{providerName}', stale);
  const params = { providerName: name };
  const onError = (error: Error) => toast.failed(`${name} was not changed`, error.message);
  const count = credentials.length === 1 ? 'its key' : `its ${credentials.length} keys`;
  return (
    <>
      <Button
        variant="ghost"
        size="sm"
        disabled={change.isPending}
        onClick={() => change.mutate({ params, body: { enabled: !enabled } }, { onError })}
      >
        {enabled ? 'Turn off' : 'Turn on'}
      </Button>
      <Button variant="ghost" size="sm" className="text-bad" onClick={() => setDeleting(true)}>
        Delete
      </Button>
      <ConfirmDialog
        open={deleting}
        onOpenChange={setDeleting}
        title={`Delete the provider ${name}?`}
        action="Delete provider"
        pending={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate({ params }, { onSuccess: () => setDeleting(false) })}
      >
        Its models can no longer be called, and {count} {credentials.length === 1 ? 'is' : 'are'} deleted: the secrets
        are gone. Requests under way end as they are.
      </ConfirmDialog>
    </>
  );
}

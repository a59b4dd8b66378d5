import type { ConnectionVerdict, ProviderCredential } from '@tollgate/client';
import { MoreHorizontal } from 'lucide-react';
import { useState } from 'react';
import { ConfirmDialog } from '@/components/confirm-dialog.tsx';
import { RelativeTime } from '@/components/figures.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { Button } from '@/components/ui/button.tsx';
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu.tsx';
import { useChange } from '@/lib/api.ts';
import { CredentialDialog } from './credential-dialog.tsx';
import { HealthStrip } from './health-strip.tsx';
import { VerdictLine } from './verdict-line.tsx';

const change = 'PATCH /providers/{providerName}/credentials/{credentialId}';

/** One credential: what it is known by, its part, and how it does. */
export function CredentialRow({
  credential,
  verdict,
}: {
  credential: ProviderCredential;
  verdict: ConnectionVerdict | undefined;
}) {
  const [asking, setAsking] = useState<'edit' | 'delete'>();
  const turn = useChange(change, ['GET /providers']);
  const remove = useChange('DELETE /providers/{providerName}/credentials/{credentialId}', ['GET /providers']);
  const { id, provider, name, hint, enabled, health, source, weight, priority } = credential;
  const params = { providerName: provider, credentialId: id };
  const close = () => setAsking(undefined);
  return (
    <li className="flex flex-col gap-1.5 px-4 py-2.5">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1.5">
        <span className="flex min-w-0 flex-1 basis-48 flex-wrap items-center gap-x-2">
          <span className={enabled ? 'font-medium' : 'text-muted-foreground line-through'}>{name}</span>
          <span className="font-mono text-xs text-muted-foreground">{hint === null ? '' : `…${hint}`}</span>
          <Health credential={credential} />
        </span>
        <span className="text-xs whitespace-nowrap text-muted-foreground">
          weight <span className="figures text-foreground">{weight}</span>, priority{' '}
          <span className="figures text-foreground">{priority}</span>
        </span>
        <span className="flex flex-1 basis-40 justify-end">{health !== null && <HealthStrip health={health} />}</span>
        <span className="w-6 max-sm:-order-1 max-sm:ml-auto">
          {source === 'api' && (
            <DropdownMenu>
              <DropdownMenuTrigger
                render={<Button variant="ghost" size="icon-sm" aria-label={`What to do with ${name}`} />}
              >
                <MoreHorizontal />
              </DropdownMenuTrigger>
              <DropdownMenuContent>
                <DropdownMenuItem onClick={() => setAsking('edit')}>Change, or give a new key</DropdownMenuItem>
                <DropdownMenuItem onClick={() => turn.mutate({ params, body: { enabled: !enabled } })}>
                  {enabled ? 'Turn off' : 'Turn on'}
                </DropdownMenuItem>
                <DropdownMenuItem onClick={() => setAsking('delete')}>Delete</DropdownMenuItem>
              </DropdownMenuContent>
            </DropdownMenu>
          )}
        </span>
      </div>
      {health?.lastError != null && (
        <p className="text-xs text-muted-foreground">
          Last failure <RelativeTime time={health.lastError.at} />
          {health.lastError.status !== null && ` (${health.lastError.status})`}: {health.lastError.message}
        </p>
      )}
      {verdict !== undefined && <VerdictLine verdict={verdict} />}
      {turn.error && <p className="text-xs text-bad">{turn.error.message}</p>}
      {asking === 'edit' && <CredentialDialog provider={provider} credential={credential} onClose={close} />}
      <ConfirmDialog
        open={asking === 'delete'}
        onOpenChange={(open) => !open && close()}
        title={`Delete the key ${name}?`}
        action="Delete key"
        pending={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate({ params }, { onSuccess: close })}
      >
        Requests to {provider} use its other keys from then on; without another one they fail. The kept secret is gone.
      </ConfirmDialog>
    </li>
  );
}

function Health({ credential: { enabled, health } }: { credential: ProviderCredential }) {
  if (!enabled) return <Badge>off</Badge>;
  if (health === null) return <Badge variant="warning">not asked</Badge>;
  if (health.state === 'ejected')
    return (
      <Badge variant="bad">
        asked again <RelativeTime time={health.until} />
      </Badge>
    );
  if (health.state === 'reserved') return <Badge variant="warning">limited</Badge>;
  return health.state === 'returning' ? <Badge variant="warning">coming back</Badge> : null;
}

import { ErrorState } from '@/components/error-state.tsx';
import { RelativeTime } from '@/components/figures.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Card, CardContent, CardHeader, CardTitle } from '@/components/ui/card.tsx';
import { useAsk, useChange } from '@/lib/api.ts';
import { roleNames } from '@/lib/roles.ts';

const list = 'GET /organizations/{organizationId}/invitations';

/** Those that nobody has accepted yet. */
export function InvitationList({ organizationId }: { organizationId: string }) {
  const open = useAsk(list, { params: { organizationId } });
  const revoke = useChange('DELETE /organizations/{organizationId}/invitations/{invitationId}', [list]);
  const error = open.error ?? revoke.error;
  const rows = open.data?.data ?? [];
  if (error !== null) return <ErrorState error={error} onRetry={open.refetch} />;
  if (rows.length === 0) return null;
  return (
    <Card>
      <CardHeader>
        <CardTitle>Invitations</CardTitle>
      </CardHeader>
      <CardContent>
        <ul className="divide-y">
          {rows.map(({ id, email, role, invitedBy, expiresAt }) => (
            <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2">
              <span className="min-w-44 flex-1 truncate">
                {email} <span className="text-muted-foreground">by {invitedBy}</span>
              </span>
              <Badge variant="outline">{roleNames[role]}</Badge>
              <span className="text-xs text-muted-foreground">
                ends <RelativeTime time={expiresAt} />
              </span>
              <Button
                variant="outline"
                size="sm"
                disabled={revoke.isPending}
                onClick={() => revoke.mutate({ params: { organizationId, invitationId: id } })}
              >
                Revoke
              </Button>
            </li>
          ))}
        </ul>
      </CardContent>
    </Card>
  );
}

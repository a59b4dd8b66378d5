import { UserPlus } from 'lucide-react';
import { useState } from 'react';
import { ErrorState } from '@/components/error-state.tsx';
import { NeedsOrganization } from '@/components/needs-organization.tsx';
import { PageHeader } from '@/components/page-header.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Card } from '@/components/ui/card.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useList } from '@/lib/api.ts';
import { useMay } from '@/lib/session.ts';
import { InvitationList } from './invitation-list.tsx';
import { InviteDialog } from './invite-dialog.tsx';
import { MemberRow } from './member-row.tsx';

export function MembersPage() {
  const [inviting, setInviting] = useState(false);
  const mayInvite = useMay('POST /organizations/{organizationId}/invitations');
  const invite = mayInvite && (
    <Button onClick={() => setInviting(true)}>
      <UserPlus aria-hidden /> Invite
    </Button>
  );
  return (
    <NeedsOrganization>
      {(organizationId) => (
        <div className="flex flex-col gap-5">
          <PageHeader title="Members" actions={invite}>
            People of this organization, and what each of them may do here.
          </PageHeader>
          <MemberList organizationId={organizationId} />
          {mayInvite && <InvitationList organizationId={organizationId} />}
          {inviting && <InviteDialog organizationId={organizationId} onClose={() => setInviting(false)} />}
        </div>
      )}
    </NeedsOrganization>
  );
}

function MemberList({ organizationId }: { organizationId: string }) {
  const members = useList('GET /organizations/{organizationId}/members', { params: { organizationId } });
  const mayInvite = useMay('POST /organizations/{organizationId}/invitations');
  if (members.error) return <ErrorState error={members.error} onRetry={members.refetch} />;
  if (members.rows === undefined) return <Skeleton className="h-40 rounded-lg" />;
  if (members.rows.length === 0) {
    return (
      <Card className="p-6 text-center text-muted-foreground">
        Nobody signs in for this organization yet; it is used by keys alone.
        {mayInvite && ' Invite somebody to let them in.'}
      </Card>
    );
  }
  return (
    <>
      <Card>
        <ul className="divide-y" aria-label="Members">
          {members.rows.map((member) => (
            <MemberRow key={member.id} organizationId={organizationId} member={member} />
          ))}
        </ul>
      </Card>
      {members.hasNextPage && (
        <Button variant="outline" className="self-center" onClick={() => members.fetchNextPage()}>
          Show more
        </Button>
      )}
    </>
  );
}

import type { Member } from '@tollgate/client';
import { UserMinus } from 'lucide-react';
import { useState } from 'react';
import { RelativeTime } from '@/components/figures.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Select } from '@/components/ui/select.tsx';
import { toast } from '@/components/ui/toast.tsx';
import { useChange } from '@/lib/api.ts';
import { type MemberRole, roleNames, rolesThatGive } from '@/lib/roles.ts';
import { useMay, useSession } from '@/lib/session.ts';
import { RemoveDialog } from './remove-dialog.tsx';

const list = 'GET /organizations/{organizationId}/members';

export function MemberRow({ organizationId, member }: { organizationId: string; member: Member }) {
  const { role, user } = useSession();
  const mayChange = useMay('PATCH /organizations/{organizationId}/members/{memberId}');
  const isBelow = rolesThatGive(role).includes(member.role);
  const isOwn = user?.id === member.userId;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-2.5">
      <div className="min-w-44 flex-1">
        <p className="truncate font-medium">
          {member.name} {isOwn && <span className="font-normal text-muted-foreground">(you)</span>}
        </p>
        <p className="truncate text-xs text-muted-foreground">{member.email}</p>
      </div>
      <Badge variant={member.twoFactorEnabled ? 'good' : 'neutral'}>
        {member.twoFactorEnabled ? 'second factor' : 'password only'}
      </Badge>
      <span className="text-xs text-muted-foreground">
        joined <RelativeTime time={member.createdAt} />
      </span>
      {mayChange && isBelow ? (
        <Actions organizationId={organizationId} member={member} />
      ) : (
        <Badge variant="outline">{roleNames[member.role]}</Badge>
      )}
    </li>
  );
}

function Actions({ organizationId, member }: { organizationId: string; member: Member }) {
  const { role } = useSession();
  const [removing, setRemoving] = useState(false);
  const params = { organizationId, memberId: member.id };
  const change = useChange('PATCH /organizations/{organizationId}/members/{memberId}', [list]);
  const items = rolesThatGive(role).map((value) => ({ value, label: roleNames[value] }));
  function give(next: MemberRole) {
    change.mutate(
      { params, body: { role: next } },
      {
        onSuccess: ({ settledKeys }) =>
          toast.done(
            `${member.name} is ${roleNames[next].toLowerCase()} now`,
            `Their sessions have ended.${settledKeys.length > 0 ? ` Narrowed to that role: ${settledKeys.map(({ name }) => name).join(', ')}.` : ''}`,
          ),
        onError: (error) => toast.failed(error.message, error.remedy),
      },
    );
  }
  return (
    <div className="flex items-center gap-2">
      <Select
        items={items}
        value={member.role}
        onChange={give}
        disabled={change.isPending}
        className="w-36"
        aria-label={`Role of ${member.name}`}
      />
      <Button variant="ghost" size="icon" aria-label={`Remove ${member.name}`} onClick={() => setRemoving(true)}>
        <UserMinus />
      </Button>
      {removing && <RemoveDialog organizationId={organizationId} member={member} onClose={() => setRemoving(false)} />}
    </div>
  );
}

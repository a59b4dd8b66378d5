import { useState } from 'react';
import { CopyButton } from '@/components/copy-button.tsx';
import { errorAt, FormDialog } from '@/components/form-dialog.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Dialog, DialogBody, DialogContent, DialogFooter } from '@/components/ui/dialog.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Input } from '@/components/ui/input.tsx';
import { Select } from '@/components/ui/select.tsx';
import { toast } from '@/components/ui/toast.tsx';
import { useChange } from '@/lib/api.ts';
import { type MemberRole, roleMeanings, roleNames, rolesThatGive } from '@/lib/roles.ts';
import { useSession } from '@/lib/session.ts';

const route = 'POST /organizations/{organizationId}/invitations';

export function InviteDialog({ organizationId, onClose }: { organizationId: string; onClose: () => void }) {
  const session = useSession();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<MemberRole>('developer');
  const [url, setUrl] = useState<string>();
  const invite = useChange(route, ['GET /organizations/{organizationId}/invitations']);
  const params = { organizationId };
  const body = { email, role };
  const items = rolesThatGive(session.role).map((value) => ({ value, label: roleNames[value] }));
  function submit() {
    invite.mutate(
      { params, body },
      {
        onSuccess: (made) => {
          if (made.url !== null) return setUrl(made.url);
          toast.done('Invitation sent', `The link went to ${made.email}.`);
          onClose();
        },
      },
    );
  }
  if (url !== undefined) return <LinkDialog url={url} email={email} onClose={onClose} />;
  return (
    <FormDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Invite somebody"
      description="They get a link that works once, for seven days."
      action="Invite"
      pending={invite.isPending}
      error={invite.error}
      fields={['email', 'role']}
      onSubmit={submit}
      curl={{ route, params, body }}
    >
      <Field label="E-mail" error={errorAt(invite.error, 'email')}>
        <Input type="email" value={email} onChange={(event) => setEmail(event.target.value)} maxLength={100} required />
      </Field>
      <Field
        label="Role"
        hint={`Who is ${roleNames[role].toLowerCase()} ${roleMeanings[role]}.`}
        error={errorAt(invite.error, 'role')}
      >
        <Select items={items} value={role} onChange={setRole} />
      </Field>
    </FormDialog>
  );
}

/** Where no mail is configured, whoever invites hands the link over. */
function LinkDialog({ url, email, onClose }: { url: string; email: string; onClose: () => void }) {
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} disablePointerDismissal>
      <DialogContent
        title="Hand this link over"
        description={`No mail is configured here, so give it to ${email} yourself. It is shown only now.`}
      >
        <DialogBody>
          <div className="flex items-center gap-2 rounded-md border bg-muted px-3 py-2">
            <code className="min-w-0 flex-1 font-mono text-xs break-all select-all">{url}</code>
            <CopyButton text={url} label="Copy the link" />
          </div>
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>Done</Button>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  );
}

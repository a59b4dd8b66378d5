/** An invitation as a mail: plain text, and the same as simple HTML. */
import type { Mail } from '../mail/mailer.ts';
import { escaped, oneLine } from '../mail/text.ts';
import { type Invitation, invitationDays } from './invitations.ts';

export interface InvitationMail {
  readonly invitation: Invitation;
  /** Its name. */
  readonly organization: string;
  readonly url: string;
}

export function invitationMail({ invitation, organization, url }: InvitationMail): Mail {
  const { id, email, role, invitedBy } = invitation;
  const what = oneLine(`${invitedBy} invites you to the organization ${organization} on Tollgate, as ${role}.`);
  const rest = `The link works once, for ${invitationDays} days. If you did not expect it, leave it alone.`;
  return {
    to: email,
    messageId: id,
    subject: oneLine(`Invitation to ${organization} on Tollgate`).slice(0, 120),
    text: `${what}\n\n${url}\n\n${rest}\n`,
    html: `<!doctype html><html lang="en"><body style="font-family:sans-serif;color:#1b1f24"><p>${escaped(what)}</p><p><a href="${escaped(url)}">Accept the invitation</a></p><p style="color:#6a737d">${escaped(rest)}</p></body></html>`,
  };
}

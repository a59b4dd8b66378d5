/** An alert as a mail: plain text, and the same as simple HTML. */
import type { Alert } from '../alerts/records.ts';
import type { Mail } from './mailer.ts';
import { escaped, oneLine } from './text.ts';

const subjectLengthMax = 120;

export function alertMail(alert: Alert, to: string, messageId: string): Mail {
  const facts: readonly (readonly [string, string])[] = [
    ...(alert.organization === undefined ? [] : [['Organization', alert.organization] as const]),
    ['Kind', alert.kind],
    ...Object.entries(alert.details).map(([name, value]) => [name, String(value)] as const),
    ['Alert', alert.id],
    ['Time', new Date(alert.createdAtMs).toISOString()],
  ];
  const whose = alert.organization === undefined ? 'Tollgate' : `Tollgate, ${alert.organization}`;
  return {
    to,
    messageId,
    subject: oneLine(`${whose}: ${alert.message}`).slice(0, subjectLengthMax),
    text: `${alert.message}\n\n${facts.map(([name, value]) => `${name}: ${oneLine(value)}\n`).join('')}`,
    html: `<!doctype html><html lang="en"><body style="font-family:sans-serif;color:#1b1f24"><p><strong>${escaped(alert.message)}</strong></p><table>${facts
      .map(([name, value]) => `<tr><td style="color:#6a737d">${escaped(name)}</td><td>${escaped(value)}</td></tr>`)
      .join('')}</table></body></html>`,
  };
}

/** Mail over SMTP. https://nodemailer.com/smtp */
import { createTransport } from 'nodemailer';

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** The same for each try: a server that knows it may leave the second one out. */
  readonly messageId: string;
}

export interface Mailer {
  /** Resolves when the server took it; throws else. */
  send(mail: Mail): Promise<void>;
}

export interface MailSettings {
  /** `smtp://user:password@host:587`; `smtps://` for TLS from the first byte. */
  readonly url: string;
  readonly from: string;
}

const timeoutMs = 15_000;

/** A connection for each mail: alerts are rare, and nothing stays open. */
export function openMailer({ url, from }: MailSettings): Mailer {
  const { protocol, hostname, port, username, password } = new URL(url);
  const secure = protocol === 'smtps:';
  const transport = createTransport({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    ...(username !== '' && { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // What a mail holds comes from the product alone.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = /@([^>\s]+)>?$/.exec(from)?.[1] ?? 'localhost';
  return {
    async send({ to, subject, text, html, messageId }) {
      const id = `<${messageId}@${domain}>`;
      await transport.sendMail({ from, to: { name: '', address: to }, subject, text, html, messageId: id });
    },
  };
}

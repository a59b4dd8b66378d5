/** Signatures of webhooks. https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
import { createHmac, randomBytes } from 'node:crypto';

const prefix = 'whsec_';
const secretBytes = 32;

export function newSecret(): string {
  return `${prefix}${randomBytes(secretBytes).toString('base64')}`;
}

/** As it lies in the database where nothing has sealed it. */
export function isPlainSecret(text: string): boolean {
  return text.startsWith(prefix);
}

export interface SignedHeaders {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  /** One for each secret that is valid, so that a receiver may change it when it likes. */
  readonly 'webhook-signature': string;
}

export function signatureHeaders(
  message: { readonly id: string; readonly body: string; readonly atMs: number },
  secrets: readonly string[],
): SignedHeaders {
  const timestamp = String(Math.floor(message.atMs / 1000));
  const signed = `${message.id}.${timestamp}.${message.body}`;
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(prefix.length), 'base64');
    return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
  });
  return { 'webhook-id': message.id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

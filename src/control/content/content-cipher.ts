/**
 * What is kept, as it lies in the database: compressed, then sealed (AES-256-GCM) under its organization's own data key, and
 * bound to organization and request, so that a row that was changed, or stands in another's place, is refused.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { type SecretPlace, SecretRefused } from '../../lib/secret-box.ts';

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
/** Nothing that was kept unfolds to more: two sides of 4 MiB, in JSON. */
const plainBytesMax = 64 * 1024 * 1024;

const pack = promisify(gzip);
const unpack = promisify(gunzip);

export interface ContentPlace {
  readonly organizationId: string;
  readonly requestId: string;
}

/** Where the data key of an organization belongs (control/secrets/tables.ts rotates it). */
export function contentKeyPlace(id: string, organizationId: string): SecretPlace {
  return { kind: 'content-key', organizationId, id };
}

/** As text, for the box that seals it. */
export function newContentKey(): string {
  return randomBytes(keyBytes).toString('base64url');
}

export async function sealContent(text: string, key: string, place: ContentPlace): Promise<Buffer> {
  const packed = await pack(text);
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(key, 'base64url'), nonce, { authTagLength: tagBytes });
  cipher.setAAD(aad(place));
  return Buffer.concat([nonce, cipher.update(packed), cipher.final(), cipher.getAuthTag()]);
}

/** Rejects with SecretRefused: another key, another place, or changed. */
export async function openContent(sealed: Buffer, key: string, place: ContentPlace): Promise<string> {
  if (sealed.length < nonceBytes + tagBytes) throw new SecretRefused('it is cut short');
  return (await unpack(decrypt(sealed, key, place), { maxOutputLength: plainBytesMax })).toString('utf8');
}

function decrypt(sealed: Buffer, key: string, place: ContentPlace): Buffer {
  try {
    const nonce = sealed.subarray(0, nonceBytes);
    const decipher = createDecipheriv('aes-256-gcm', Buffer.from(key, 'base64url'), nonce, { authTagLength: tagBytes });
    decipher.setAAD(aad(place)).setAuthTag(sealed.subarray(-tagBytes));
    return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()]);
  } catch {
    throw new SecretRefused('it was changed, or moved from another place');
  }
}

function aad({ organizationId, requestId }: ContentPlace): Buffer {
  return Buffer.from(JSON.stringify(['content', organizationId, requestId]));
}

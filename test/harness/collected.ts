/**
 * What the tests of a run say in secret, and what the processes and databases under test wrote down: both lie in one
 * directory, which after-all.ts searches when the run is over. Without that directory nothing is kept.
 */
import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

export const directoryVariable = 'TOLLGATE_TEST_OUTPUT';
/** Shorter ones are words, which stand where they like. */
const secretLengthMin = 16;

const known = new Set<string>();
const mine = `${process.pid}-${randomBytes(3).toString('hex')}`;

/** From now on `secret` must not be found in anything that is collected, by any test of the run. `what`: what it is. */
export function keepSecret(what: string, secret: string): void {
  if (secret.length < secretLengthMin || known.has(secret)) return;
  known.add(secret);
  write(`secrets-${mine}.jsonl`, `${JSON.stringify({ what, secret })}\n`);
}

/** Appends to what `name` has written so far. */
export function collect(name: string, text: string): void {
  write(`${name.replaceAll(/[^\w.-]/g, '_')}-${mine}.txt`, text);
}

/** Whether anything is kept: what would be dear to get need not be got. */
export const isCollecting = (): boolean => Boolean(process.env[directoryVariable]);

function write(file: string, text: string): void {
  const directory = process.env[directoryVariable];
  if (directory) appendFileSync(join(directory, file), text);
}

/** Members of a configuration whose values nobody may see. */
const secretMembers = /^(key|apiKey|secretKey|clientSecret|masterKey|secretAccessKey|sessionToken|password|url)$/;
const secretLists = /^(webhookSecrets|previousMasterKeys)$/;

/** Remembers the secrets of a configuration. Of addresses, the password in them. */
export function keepSecretsOf(tree: unknown, path = 'configuration'): void {
  if (typeof tree !== 'object' || tree === null) return;
  for (const [name, value] of Object.entries(tree)) {
    const where = `${path}.${name}`;
    if (typeof value === 'object') {
      if (secretLists.test(name) && Array.isArray(value)) for (const each of value) keepSecret(where, String(each));
      keepSecretsOf(value, where);
    } else if (typeof value === 'string' && secretMembers.test(name)) {
      keepSecret(where, name === 'url' ? passwordOf(value) : value);
    }
  }
}

function passwordOf(url: string): string {
  return URL.canParse(url) ? decodeURIComponent(new URL(url).password) : '';
}

/** The master key that secrets in the database are sealed under: the operator's, or one that is made at the first start. */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const fileName = 'master.key';

/**
 * Throws the system's error where the file can neither be read nor made. Instances that share a database need the same
 * key, so there it belongs into the configuration.
 */
export function masterKey(configured: string | undefined, dataDir: string): string {
  if (configured !== undefined) return configured;
  const file = path.join(dataDir, fileName);
  try {
    writeFileSync(file, `${randomBytes(32).toString('base64url')}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8').trim();
}

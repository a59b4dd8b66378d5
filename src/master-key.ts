/**
 * The master keys that secrets in the database are sealed under: the operator's, or one that is made at the first start.
 * The file has one in each line, the one that seals first; the others open what was sealed under them.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Config } from './config.ts';
import { type MasterKeys, SecretBox } from './lib/secret-box.ts';

const fileName = 'master.key';

/**
 * Throws the system's error where the file can neither be read nor made. Instances that share a database need the same
 * key, so there it belongs into the configuration.
 */
export function secretBox({ masterKey, previousMasterKeys }: Config['secrets'], dataDir: string): SecretBox {
  if (masterKey !== undefined) return new SecretBox([masterKey, ...previousMasterKeys]);
  const read = (): MasterKeys => {
    const [first, ...others] = keysIn(path.join(dataDir, fileName));
    return [first, ...others, ...previousMasterKeys];
  };
  ensureFile(path.join(dataDir, fileName));
  return new SecretBox(read(), read);
}

/** Puts a new key before those of the file, in one step. Throws the system's error. */
export function addMasterKey(dataDir: string): void {
  const file = path.join(dataDir, fileName);
  ensureFile(file);
  const beside = `${file}.new`;
  writeFileSync(beside, [newKey(), ...keysIn(file), ''].join('\n'), { mode: 0o600, flush: true });
  renameSync(beside, file);
}

function ensureFile(file: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  try {
    writeFileSync(file, `${newKey()}\n`, { flag: 'wx', mode: 0o600, flush: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function keysIn(file: string): MasterKeys {
  const [first, ...others] = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (first === undefined) throw new Error(`${file} is empty: put the master key back that was in it`);
  return [first, ...others];
}

function newKey(): string {
  return randomBytes(32).toString('base64url');
}

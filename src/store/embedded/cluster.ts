/** The database files: made once, in one piece, with a password of their own. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreError } from '../error.ts';
import type { Binaries } from './binaries.ts';
import { giveTo } from './identity.ts';
import type { Place } from './place.ts';

export const clusterUser = 'tollgate';

/** Inside the cluster, so that both come into being by one rename. */
const passwordName = 'tollgate-password';
const initTimeoutMs = 120_000;

/** Returns the password. Throws StoreError when the cluster cannot be made, or is another version's. */
export async function prepareCluster(place: Place, binaries: Binaries): Promise<string> {
  if (!existsSync(join(place.cluster, 'PG_VERSION'))) await createCluster(place, binaries);
  const version = readFileSync(join(place.cluster, 'PG_VERSION'), 'utf8').trim();
  if (version !== binaries.major) {
    throw new StoreError(
      'embedded',
      `The database in ${place.cluster} was made by Postgres ${version}, and this program brings ${binaries.major}.`,
      'Start the Tollgate that made it, dump the database, and load it with this one in a new data directory.',
    );
  }
  return readFileSync(join(place.cluster, passwordName), 'utf8');
}

/** In a directory of its own, then renamed: a start that dies half-way leaves no half cluster, and of two starts one wins. */
async function createCluster(place: Place, binaries: Binaries): Promise<void> {
  await removeUnfinished(place);
  const unfinished = `${place.cluster}.${randomBytes(6).toString('hex')}`;
  const passwordFile = `${unfinished}.password`;
  writeFileSync(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
  giveTo(place.identity, passwordFile);
  try {
    await runInitdb(place, binaries, unfinished, passwordFile);
    renameSync(passwordFile, join(unfinished, passwordName));
    renameSync(unfinished, place.cluster);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    rmSync(passwordFile, { force: true });
    if (!existsSync(join(place.cluster, 'PG_VERSION'))) throw error;
  }
}

/** The locale is Postgres's own, so that text sorts the same on every machine and survives a new C library. */
function runInitdb(place: Place, binaries: Binaries, cluster: string, passwordFile: string): Promise<void> {
  const options = [
    ...['-D', cluster, '-U', clusterUser, '--pwfile', passwordFile, '--auth', 'scram-sha-256'],
    ...['--encoding', 'UTF8', '--locale-provider', 'builtin', '--locale', 'C', '--builtin-locale', 'C.UTF-8'],
    '--no-instructions',
  ];
  const child = spawn(binaries.initdb, options, {
    ...place.identity,
    cwd: '/',
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: initTimeoutMs,
  });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-4_000);
  });
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(initError(place, error.message)));
    child.once('close', (status) => (status === 0 ? resolve() : reject(initError(place, output))));
  });
}

function initError(place: Place, output: string): StoreError {
  const reason = output
    .trim()
    .split('\n')
    .find((line) => /error|fatal|not found|denied|ENOENT/i.test(line));
  return new StoreError(
    'embedded',
    `The embedded database cannot be made in ${place.home}: ${reason?.trim() ?? 'initdb failed without a word'}.`,
    'Check free space and rights there, or set DATABASE_URL to a Postgres server.',
  );
}

/** What starts that were killed left behind. */
async function removeUnfinished(place: Place): Promise<void> {
  for (const name of await readdir(place.home)) {
    if (!/^cluster\.[0-9a-f]{12}/.test(name)) continue;
    const path = join(place.home, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
    if (mtimeMs < Date.now() - 2 * initTimeoutMs) await rm(path, { recursive: true, force: true });
  }
}

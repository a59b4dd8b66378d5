/**
 * A Postgres server of the system's own packages, for the run: the tests that use a database pass on it as they do on
 * the embedded one. Installed if it is missing and this is root.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { giveTo, serverIdentity } from '../../src/store/embedded/identity.ts';
import { provideDatabases } from '../database-template.ts';

const password = 'for-this-run-alone';

export async function setup(project: TestProject): Promise<() => void> {
  const bin = findPrograms() ?? installPrograms();
  const identity = serverIdentity();
  const home = mkdtempSync(join(tmpdir(), 'tollgate-postgres-'));
  chmodSync(home, 0o711);
  giveTo(identity, home);
  const cluster = join(home, 'cluster');
  const port = await freePort();
  const run = (program: string, args: readonly string[]) => {
    // The server would keep our pipes open for as long as it runs.
    const result = spawnSync(join(bin, program), args, { ...identity, cwd: '/', stdio: 'ignore', timeout: 60_000 });
    if (result.status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${result.status}`);
  };
  const passwordFile = join(home, 'password');
  writeFileSync(passwordFile, password);
  run('initdb', [
    '-D',
    cluster,
    '-U',
    'tollgate',
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    '--encoding=UTF8',
    '--no-sync',
  ]);
  run('pg_ctl', [
    '-D',
    cluster,
    '-w',
    '-l',
    join(home, 'log'),
    '-o',
    `-p ${port} -k ${home} -c listen_addresses=127.0.0.1 -c fsync=off`,
    'start',
  ]);
  await provideDatabases(project, `postgres://tollgate:${password}@127.0.0.1:${port}/postgres`);
  return () => {
    run('pg_ctl', ['-D', cluster, '-w', '-m', 'fast', 'stop']);
    rmSync(home, { recursive: true, force: true });
  };
}

/** The newest server of the system; undefined when there is none. */
/** Where the newest server's programs are. */
export function findPrograms(): string | undefined {
  const packaged = '/usr/lib/postgresql';
  if (!existsSync(packaged)) return undefined;
  const versions = readdirSync(packaged).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(packaged, version, 'bin')).find((bin) => existsSync(join(bin, 'initdb')));
}

function installPrograms(): string {
  const apt = (args: readonly string[]) =>
    spawnSync('apt-get', args, { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  if (process.getuid?.() === 0) {
    apt(['update', '-qq']);
    apt(['install', '-y', '-qq', '--no-install-recommends', 'postgresql']);
  }
  const bin = findPrograms();
  if (bin === undefined) throw new Error('No Postgres server is installed: install the package postgresql.');
  return bin;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../test/until.ts';
import { systemClock } from '../../lib/clock.ts';
import { silentLog } from '../../lib/log.ts';
import { StoreError } from '../error.ts';
import { openStore, type Store } from '../store.ts';
import { isAlive } from './guard.ts';

/** One cluster for the file: making one is the slow part, and every test leaves it stopped. */
const base = mkdtempSync(join(tmpdir(), 'tollgate-embedded-'));
chmodSync(base, 0o711);
const dataDir = join(base, 'data');

interface Holder {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  /** Of the Postgres it uses. */
  readonly serverPid: number;
  readonly home: string;
  end(): Promise<void>;
}

let holders: Holder[] = [];
let stores: Store[] = [];

beforeEach(() => {
  holders = [];
  stores = [];
});

afterEach(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await Promise.all(holders.map((holder) => holder.end()));
  await until('no server is left', () => !isRunning(serverPid(dataDir)));
});

afterAll(() => rmSync(base, { recursive: true, force: true }));

async function hold(dir = dataDir): Promise<Holder> {
  const script = fileURLToPath(new URL('../../../test/fixtures/store-holder.ts', import.meta.url));
  const child = spawn(process.execPath, [script, dir], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { pid, home } = JSON.parse(String(line)) as { pid: number; home: string };
  const holder: Holder = {
    child,
    serverPid: pid,
    home,
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.stdin.end();
      await exited;
    },
  };
  holders.push(holder);
  return holder;
}

async function kill(holder: Holder): Promise<void> {
  const exited = once(holder.child, 'exit');
  holder.child.kill('SIGKILL');
  await exited;
}

async function open(dir = dataDir): Promise<Store> {
  const store = await openStore({ dataDir: dir, clock: systemClock, log: silentLog, poolSize: 2 });
  stores.push(store);
  return store;
}

const works = async (store: Store): Promise<boolean> =>
  (await store.db.selectFrom('settings').select('id').execute()).length === 1;

function serverPid(dir: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(join(dir, 'postgres', 'cluster', 'postmaster.pid'), 'utf8'), 10);
  } catch {
    return undefined;
  }
}

const isRunning = (pid: number | undefined): boolean => pid !== undefined && isAlive(pid);

function guardPid(server: number): number {
  return Number.parseInt(readFileSync(join(dataDir, 'postgres', `guard.${server}`), 'utf8'), 10);
}

describe('the embedded server', () => {
  it('listens on a private socket only, and wants a password there', async () => {
    const store = await open();
    const { listen } = await store.db
      .selectNoFrom((build) => build.fn<string>('current_setting', [build.val('listen_addresses')]).as('listen'))
      .executeTakeFirstOrThrow();
    expect(listen).toBe('');
    const hba = readFileSync(join(store.place, 'cluster', 'pg_hba.conf'), 'utf8');
    const rules = hba.split('\n').filter((line) => /^(local|host)/.test(line));
    expect(rules.every((rule) => rule.endsWith('scram-sha-256'))).toBe(true);
  });

  it('stops when its process closes the store', async () => {
    const holder = await hold();
    expect(isRunning(holder.serverPid)).toBe(true);
    await holder.end();
    expect(isRunning(holder.serverPid)).toBe(false);
    expect(readdirSync(holder.home).filter((name) => name.startsWith('guard'))).toEqual([]);
  });

  it('leaves no orphan when its process is killed with kill -9', async () => {
    const holder = await hold();
    const guard = guardPid(holder.serverPid);
    await kill(holder);
    await until('the server is gone', () => !isRunning(holder.serverPid));
    await until('its guard is gone', () => !isRunning(guard));
  });

  it('is there again at once for a start right after kill -9', async () => {
    for (let i = 0; i < 3; i++) await kill(await hold());
    expect(await works(await open())).toBe(true);
  });

  it('is adopted when even its guard was killed, and then stops with the adopter', async () => {
    const holder = await hold();
    // Stopped first, or it could notice the guard's end and put a new one there before it dies itself.
    holder.child.kill('SIGSTOP');
    killAllOf(guardPid(holder.serverPid), holder.serverPid);
    await kill(holder);
    const adopter = await hold();
    expect(adopter.serverPid).toBe(holder.serverPid);
    await kill(adopter);
    await until('the server is gone', () => !isRunning(holder.serverPid));
  });

  it('is shared by a second process, which leaves it running at its end', async () => {
    const owner = await hold();
    const guest = await hold();
    expect(guest.serverPid).toBe(owner.serverPid);
    await guest.end();
    expect(isRunning(owner.serverPid)).toBe(true);
    await kill(await hold());
    expect(isRunning(owner.serverPid)).toBe(true);
  });

  it('is started again by a guest when its owner leaves', async () => {
    const owner = await hold();
    const guest = await open();
    expect(await works(guest)).toBe(true);
    await owner.end();
    await until('the guest has a server', () => works(guest).catch(() => false));
    expect(serverPid(dataDir)).not.toBe(owner.serverPid);
  });

  it('is started again when it dies', async () => {
    const store = await open();
    const before = serverPid(dataDir);
    process.kill(before as number, 'SIGKILL');
    await until('the store notices', () => !store.up || serverPid(dataDir) !== before);
    await until('it works again', () => works(store).catch(() => false), 20_000);
    expect(serverPid(dataDir)).not.toBe(before);
  });

  it('comes up once for two processes that start at the same time', async () => {
    const [first, second] = await Promise.all([hold(), hold()]);
    expect(first?.serverPid).toBe(second?.serverPid);
  });

  it('starts although a stale lock file names a process that is alive', async () => {
    await (await hold()).end();
    const lock = join(dataDir, 'postgres', 'cluster', 'postmaster.pid');
    writeFileSync(lock, `${process.pid}\n${join(dataDir, 'postgres', 'cluster')}\n`);
    expect(await works(await open())).toBe(true);
  });

  it('says that the database was made by another version', async () => {
    const file = join(dataDir, 'postgres', 'cluster', 'PG_VERSION');
    const version = readFileSync(file, 'utf8');
    writeFileSync(file, '12\n');
    try {
      await expect(open()).rejects.toThrow(/was made by Postgres 12/);
    } finally {
      writeFileSync(file, version);
    }
  });
});

describe('a new data directory', () => {
  const strange = (name: string): string => join(mkdtempSync(join(base, 'dir-')), name);

  it('may have a path longer than a socket can have, and spaces and quotes in it', async () => {
    const parent = strange('');
    chmodSync(parent, 0o711);
    const store = await open(join(parent, `it's "a" place ${'x'.repeat(100)}`));
    expect(await works(store)).toBe(true);
    const settings = await store.db
      .selectNoFrom((build) => build.fn<string>('current_setting', [build.val('unix_socket_directories')]).as('dir'))
      .executeTakeFirstOrThrow();
    await store.close();
    rmSync(settings.dir, { recursive: true });
  });

  it('may lie where only its owner passes: under root the database then lies elsewhere', async () => {
    const parent = strange('private');
    mkdirSync(parent, { mode: 0o700 });
    const dir = join(parent, 'data');
    const store = await open(dir);
    expect(await works(store)).toBe(true);
    const { place } = store;
    await store.close();
    expect((await open(dir)).place).toBe(place);
    await stores.at(-1)?.close();
    expect(place.startsWith(dir)).toBe(process.getuid?.() !== 0);
    rmSync(place, { recursive: true });
    if (process.getuid?.() !== 0) return;
    // A new container over the old volume: better no start than an empty database.
    await expect(open(dir)).rejects.toThrow(/which is not there/);
  });

  it('that cannot be one is refused in one sentence', async () => {
    const file = strange('file');
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, '');
    const error: unknown = await open(join(file, 'data')).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StoreError);
    expect(error).toMatchObject({ fault: 'directory' });
  });
});

/** Kills a guard and its watcher, and spares the server between them. */
function killAllOf(guard: number, server: number): void {
  const children = readFileSync(`/proc/${guard}/task/${guard}/children`, 'utf8').trim().split(' ').map(Number);
  for (const pid of [guard, ...children]) if (pid !== server) process.kill(pid, 'SIGKILL');
}

/** The embedded Postgres server: the one that runs on this cluster already, or a new one. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, readSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../../lib/log.ts';
import { within } from '../../lib/within.ts';
import { StoreError } from '../error.ts';
import type { Binaries } from './binaries.ts';
import { isAlive, readGuard, readPid, removeStaleGuardFiles, spawnGuard } from './guard.ts';
import type { Place } from './place.ts';
import type { Presence } from './presence.ts';

export interface Server {
  /** Ours to stop: we started it, or found it with nobody in charge. */
  readonly owned: boolean;
  readonly ended: boolean;
  /** Called once when an owned server ends, wanted or not. */
  onEnd(listener: () => void): void;
  /** Does nothing to a server that another process is in charge of. */
  stop(): Promise<void>;
}

export interface ServerOptions {
  readonly place: Place;
  readonly binaries: Binaries;
  /** Asks at the socket. */
  readonly probe: () => Promise<Presence>;
  readonly log: Log;
  readonly signal: AbortSignal;
}

const pollMs = 20;
/** Recovery after a crash replays the log; with the small log of these settings this is plenty. */
const startTimeoutMs = 120_000;
const startsMax = 3;

/** Throws StoreError `embedded` when the server does not come up, with the server's own reason. */
export async function findOrStartServer(options: ServerOptions): Promise<Server> {
  const { place, probe, signal } = options;
  const deadlineMs = performance.now() + startTimeoutMs;
  let starts = 0;
  while (performance.now() < deadlineMs) {
    signal.throwIfAborted();
    const presence = await probe();
    if (presence === 'ready') return adopt(options);
    // Starting up or shutting down: by the time it answers, or is gone, we know which.
    if (presence === 'absent' && !isServerProcess(place)) {
      if (++starts > startsMax) throw startError(place);
      const server = await start(options, deadlineMs);
      if (server !== undefined) return server;
    }
    await delay(pollMs);
  }
  throw isServerProcess(place) ? silenceError(place) : startError(place);
}

/** Undefined when the new server gave up: another process was faster, or it cannot start. */
async function start(options: ServerOptions, deadlineMs: number): Promise<Server | undefined> {
  const { place, binaries, probe, log, signal } = options;
  removeStaleGuardFiles(place);
  shortenLog(place.logFile);
  const guard = spawnGuard(place, { command: [binaries.postgres, ...serverOptions(place)] });
  let failed = false;
  guard.once('error', () => {
    failed = true;
  });
  while (!failed && guard.exitCode === null && guard.signalCode === null) {
    if (performance.now() > deadlineMs || signal.aborted) {
      await new OwnedServer(guard, place).stop();
      throw startError(place);
    }
    if ((await probe()) === 'ready' && isGuardedBy(place, guard)) {
      log.debug({ pid: serverPid(place) }, 'started the embedded Postgres');
      return new OwnedServer(guard, place);
    }
    await delay(pollMs);
  }
  return undefined;
}

/** Healthy servers are used as they are; one whose owner is gone gets a guard again, and is ours from now on. */
function adopt({ place, log }: ServerOptions): Server {
  const pid = serverPid(place);
  if (pid === undefined || !isAlive(pid) || readGuard(place, pid) !== undefined) return sharedServer;
  log.info({ pid }, 'adopted the embedded Postgres that an earlier process left running');
  return new OwnedServer(spawnGuard(place, { pid }), place, pid);
}

const sharedServer: Server = { owned: false, ended: false, onEnd: () => {}, stop: async () => {} };

const stopTimeoutMs = 30_000;

class OwnedServer implements Server {
  readonly owned = true;
  readonly #guard: ChildProcess;
  readonly #place: Place;

  /** `adoptedPid`: the guard is not the server's parent, and does not notice its end. */
  constructor(guard: ChildProcess, place: Place, adoptedPid?: number) {
    this.#guard = guard;
    this.#place = place;
    if (adoptedPid !== undefined) this.#watch(adoptedPid);
  }

  get ended(): boolean {
    return this.#guard.exitCode !== null || this.#guard.signalCode !== null;
  }

  onEnd(listener: () => void): void {
    if (this.ended) listener();
    else this.#guard.once('exit', listener);
  }

  async stop(): Promise<void> {
    if (this.ended) return;
    this.#guard.ref();
    const exited = once(this.#guard, 'exit');
    this.#guard.stdin?.destroy();
    if (await within(exited, stopTimeoutMs)) return;
    // Immediate shutdown: nothing is lost, the next start recovers from the log.
    const pid = serverPid(this.#place);
    if (pid !== undefined && isServerProcess(this.#place)) process.kill(pid, 'SIGQUIT');
    this.#guard.kill('SIGKILL');
  }

  #watch(pid: number): void {
    const timer = setInterval(() => {
      if (isAlive(pid) && !this.ended) return;
      clearInterval(timer);
      // Or it would signal whoever gets this pid next.
      if (!this.ended) killGroup(this.#guard);
    }, 200).unref();
  }
}

/** The guard leads a group of its own, in which its watcher is. */
function killGroup(guard: ChildProcess): void {
  try {
    if (guard.pid !== undefined) process.kill(-guard.pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

const isGuardedBy = (place: Place, guard: ChildProcess): boolean => {
  const pid = serverPid(place);
  return pid !== undefined && readGuard(place, pid) === guard.pid;
};

const serverPid = (place: Place): number | undefined => readPid(join(place.cluster, 'postmaster.pid'));

/**
 * Whether the pid in the cluster's lock file is a Postgres. After a crash or in a new container the number may belong
 * to anybody, and then Postgres itself would refuse to start forever: that file is removed.
 */
function isServerProcess(place: Place): boolean {
  const pid = serverPid(place);
  if (pid === undefined || !isAlive(pid)) return false;
  let command: string;
  try {
    command = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return isAlive(pid);
  }
  if (command.includes('postgres')) return true;
  if (serverPid(place) === pid) rmSync(join(place.cluster, 'postmaster.pid'), { force: true });
  return false;
}

/** Modest: a gateway's own database on a small machine. Given on the command line, so that an upgrade changes them. */
function serverOptions(place: Place): string[] {
  const settings = {
    listen_addresses: '',
    unix_socket_directories: place.socketDir,
    unix_socket_permissions: '0700',
    port: '5432',
    max_connections: '50',
    shared_buffers: '32MB',
    max_wal_size: '256MB',
    wal_level: 'minimal',
    max_wal_senders: '0',
    io_method: 'sync',
    max_parallel_workers_per_gather: '0',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Never a statement: rows hold what callers sent.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_checkpoints: 'off',
  };
  return ['-D', place.cluster, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

const logBytesMax = 1_000_000;

function shortenLog(file: string): void {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > logBytesMax) truncateSync(file);
}

/** Its log ends with whatever it said before, which would mislead. */
function silenceError(place: Place): StoreError {
  return new StoreError(
    'embedded',
    `The embedded Postgres in ${place.home} runs (process ${serverPid(place)}), but does not answer.`,
    `See whether that process is stopped or its disk hangs, and ${place.logFile}.`,
  );
}

function startError(place: Place): StoreError {
  const lines = tail(place.logFile).trim().split('\n');
  const reason = lines.findLast((line) => /FATAL|PANIC|could not|cannot|not found|denied/.test(line));
  return new StoreError(
    'embedded',
    `The embedded Postgres in ${place.home} does not start: ${reason?.trim() ?? 'it gave no reason'}.`,
    `See ${place.logFile}, or set DATABASE_URL to a Postgres server.`,
  );
}

function tail(file: string): string {
  const bytesMax = 4_000;
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return '';
  const handle = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(Math.min(size, bytesMax));
    readSync(handle, bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString('utf8');
  } finally {
    closeSync(handle);
  }
}

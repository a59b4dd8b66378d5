/**
 * One process for each journal directory. The lock is a file that names its holder; the lock of a dead process is taken
 * over. A holder on this kernel is judged by its process id and the time it started (ids are used again), any other
 * (another container or machine on the same volume) by the file's time stamp, which a living holder renews.
 */
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import { dirname, join } from 'node:path';
import type { Clock } from '../lib/clock.ts';

const heartbeatMs = 5_000;
const heartbeatAgeMsMax = 30_000;

/** Another living process owns the directory. */
export class JournalLocked extends Error {
  override readonly name = 'JournalLocked';
}

export interface DirectoryLock {
  /** Somebody else took it, or the directory is gone: nothing may be written any more. */
  onLost: () => void;
  release(): void;
}

interface Holder {
  readonly instance: string;
  readonly pid: number;
  /** Ticks from the kernel's start to the process's; empty where the system does not tell. */
  readonly startedAt: string;
  /** Host, boot and process namespace: where `pid` means something. */
  readonly place: string;
  readonly token: string;
}

/** Takes the lock. Throws JournalLocked when a living process has it. Call it inside `alone`. */
export function lockDirectory(directory: string, instance: string, clock: Clock): DirectoryLock {
  const holder = livingHolder(directory, clock);
  if (holder) {
    throw new JournalLocked(
      `The journal ${directory} belongs to process ${holder.pid} (instance ${holder.instance}), which is alive. ` +
        `Stop it, or give this one its own data directory. If it was killed in another container or machine, wait ` +
        `${heartbeatAgeMsMax / 1000} s and start again.`,
    );
  }
  const path = lockPath(directory);
  const token = randomUUID();
  const own: Holder = { instance, pid: process.pid, startedAt: startOf(process.pid), place: place(), token };
  fs.writeFileSync(`${path}.new`, JSON.stringify(own));
  fs.renameSync(`${path}.new`, path);
  const lock: DirectoryLock = {
    onLost: () => {},
    release: () => {
      clearInterval(heartbeat);
      if (isOurs(path, token)) fs.rmSync(path, { force: true });
    },
  };
  const heartbeat = setInterval(() => {
    if (isOurs(path, token)) {
      const now = clock.nowMs() / 1000;
      fs.utimes(path, now, now, () => {});
      return;
    }
    clearInterval(heartbeat);
    lock.onLost();
  }, heartbeatMs).unref();
  return lock;
}

/** Who holds the directory and is alive. */
export function livingHolder(directory: string, clock: Clock): Holder | undefined {
  const path = lockPath(directory);
  const stat = fs.statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  const fresh = Math.abs(clock.nowMs() - stat.mtimeMs) < heartbeatAgeMsMax;
  const holder = readHolder(path) ?? { instance: 'unknown', pid: 0, startedAt: '', place: 'unknown', token: '' };
  if (holder.place !== place()) return fresh ? holder : undefined;
  if (!isRunning(holder.pid)) return undefined;
  if (holder.startedAt === '') return fresh ? holder : undefined;
  return startOf(holder.pid) === holder.startedAt ? holder : undefined;
}

export function hasLock(directory: string): boolean {
  return fs.existsSync(lockPath(directory));
}

const aloneStepMs = 10;
const aloneStepsMax = 1_000;
/** Longer than any holder needs: it was killed in between. */
const aloneStaleSteps = 300;

/** Runs `work` while no other process takes or adopts a journal beside `directory`. Blocks: for the start only. */
export function alone<T>(directory: string, work: () => T): T {
  const path = startingPath(directory);
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  let seen = 0;
  let seenSteps = 0;
  for (let step = 0; !tryCreate(path); step++) {
    if (step === aloneStepsMax) throw new JournalLocked(`${path} stays locked. Remove it when no gateway is starting.`);
    const madeMs = fs.statSync(path, { throwIfNoEntry: false })?.ctimeMs ?? 0;
    seenSteps = madeMs === seen ? seenSteps + 1 : 0;
    seen = madeMs;
    if (seenSteps === aloneStaleSteps) fs.rmSync(path, { force: true });
    Atomics.wait(sleeper, 0, 0, aloneStepMs);
  }
  return thenRemove(path, work);
}

/** The same without waiting: undefined when another process is starting. */
export function aloneNow<T>(directory: string, work: () => T): T | undefined {
  const path = startingPath(directory);
  return tryCreate(path) ? thenRemove(path, work) : undefined;
}

function startingPath(directory: string): string {
  return join(dirname(directory), '.starting');
}

function thenRemove<T>(path: string, work: () => T): T {
  try {
    return work();
  } finally {
    fs.rmSync(path, { force: true });
  }
}

function tryCreate(path: string): boolean {
  try {
    fs.closeSync(fs.openSync(path, 'wx'));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function lockPath(directory: string): string {
  return join(directory, 'lock');
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(fs.readFileSync(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

/** A passing failure to read (too many open files) does not mean that the lock is lost. */
function isOurs(path: string, token: string): boolean {
  try {
    return (JSON.parse(fs.readFileSync(path, 'utf8')) as Holder).token === token;
  } catch (error) {
    return !(error instanceof SyntaxError) && (error as NodeJS.ErrnoException).code !== 'ENOENT';
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

let placeKnown: string | undefined;

function place(): string {
  placeKnown ??= [
    os.hostname(),
    orEmpty(() => fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    orEmpty(() => fs.readlinkSync('/proc/self/ns/pid')),
  ].join(' ');
  return placeKnown;
}

/**
 * Fields 3 (state) and 22 (start) of https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html, counted behind the
 * name's last parenthesis. A zombie is dead: its parent only has not looked yet.
 */
function startOf(pid: number): string {
  const stat = orEmpty(() => fs.readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? 'zombie' : (fields[19] ?? '');
}

function orEmpty(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

/** Processor time of a process and of everything below it, from the kernel's own books (Linux only). */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** The unit of /proc/<pid>/stat on every Linux that Node runs on. */
const tickMs = 10;

export interface ProcessorTime {
  readonly ownMs: number;
  /** All descendants that are alive, with those of theirs that have ended. */
  readonly childrenMs: number;
}

export function processorTime(pid: number): ProcessorTime {
  const all = new Map<number, Stat>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? readStat(Number(name)) : undefined;
    if (stat !== undefined) all.set(Number(name), stat);
  }
  const own = all.get(pid);
  if (own === undefined) throw new Error(`Process ${pid} is gone.`);
  let childrenMs = own.endedMs;
  for (const [id, stat] of all) if (id !== pid && isBelow(id, pid, all)) childrenMs += stat.ownMs + stat.endedMs;
  return { ownMs: own.ownMs, childrenMs };
}

/** Waits until the work that requests left behind (shipping, writing, collecting garbage) is done. */
export async function quiet(pid: number, patienceMs: number): Promise<ProcessorTime> {
  const until = performance.now() + patienceMs;
  let last = processorTime(pid);
  for (;;) {
    await pause(300);
    const now = processorTime(pid);
    const spent = now.ownMs - last.ownMs + (now.childrenMs - last.childrenMs);
    if (spent <= tickMs || performance.now() > until) return now;
    last = now;
  }
}

interface Stat {
  readonly parent: number;
  readonly ownMs: number;
  readonly endedMs: number;
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function readStat(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is a name in parentheses, which may hold anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const at = (number: number) => Number(fields[number - 3]);
    return { parent: at(4), ownMs: (at(14) + at(15)) * tickMs, endedMs: (at(16) + at(17)) * tickMs };
  } catch {
    return undefined;
  }
}

function isBelow(id: number, pid: number, all: ReadonlyMap<number, Stat>): boolean {
  for (let at = all.get(id)?.parent; at !== undefined && at > 1; at = all.get(at)?.parent) if (at === pid) return true;
  return false;
}

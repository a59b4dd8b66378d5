/** Memory and sockets of a process and everything below it, from the kernel (Linux only). */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface Held {
  /** Proportional set size: what processes share is divided among them. */
  readonly memoryBytes: number;
  readonly sockets: number;
}

export function heldBy(pid: number): Held {
  let memoryBytes = 0;
  let sockets = 0;
  for (const each of treeOf(pid)) {
    memoryBytes += memoryOf(each);
    sockets += socketsOf(each);
  }
  return { memoryBytes, sockets };
}

/** Looks every half second while `work` runs. */
export async function heldDuring<T>(pid: number, work: () => Promise<T>): Promise<{ result: T; most: Held }> {
  let most = heldBy(pid);
  const look = (): void => {
    const now = heldBy(pid);
    const memoryBytes = Math.max(most.memoryBytes, now.memoryBytes);
    most = { memoryBytes, sockets: Math.max(most.sockets, now.sockets) };
  };
  const timer = setInterval(look, 500);
  try {
    const result = await work();
    look();
    return { result, most };
  } finally {
    clearInterval(timer);
  }
}

/** The process itself first. */
function treeOf(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const parent = /^\d+$/.test(name) ? parentOf(Number(name)) : undefined;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const tree = [pid];
  for (const each of tree) tree.push(...(children.get(each) ?? []));
  return tree;
}

function parentOf(pid: number): number | undefined {
  const text = read(`/proc/${pid}/stat`);
  // The second field is a name in parentheses, which may hold anything.
  return text === undefined ? undefined : Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]);
}

/** Of one process. https://man7.org/linux/man-pages/man5/proc_pid_smaps.5.html */
export function memoryOf(pid: number): number {
  const kibibytes = /^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`) ?? '')?.[1];
  return Number(kibibytes ?? 0) * 1024;
}

function socketsOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).filter((fd) => isSocket(`/proc/${pid}/fd/${fd}`)).length;
  } catch {
    return 0;
  }
}

function isSocket(path: string): boolean {
  try {
    return readlinkSync(path).startsWith('socket:');
  } catch {
    return false;
  }
}

/** Undefined: the process has ended meanwhile. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

/** Less processor and memory for a process that runs, by control groups of the kernel's first version; needs root. */
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';

const root = '/sys/fs/cgroup';
const periodMicros = 100_000;

export interface Squeeze {
  /** Of one core. */
  readonly coreShare: number;
  readonly bytes: number;
}

/** Returns what gives it all back. Throws where this machine has no such groups. */
export function squeeze(pid: number, { coreShare, bytes }: Squeeze): () => void {
  const name = `tollgate-crowd-${process.pid}`;
  const groups = [
    {
      controller: 'cpu',
      settings: { 'cpu.cfs_period_us': periodMicros, 'cpu.cfs_quota_us': coreShare * periodMicros },
    },
    { controller: 'memory', settings: { 'memory.limit_in_bytes': bytes } },
  ];
  if (!existsSync(`${root}/cpu/cgroup.procs`)) throw new Error(`squeeze needs control groups at ${root}/cpu`);
  for (const { controller, settings } of groups) {
    const group = `${root}/${controller}/${name}`;
    mkdirSync(group);
    for (const [file, value] of Object.entries(settings)) writeFileSync(`${group}/${file}`, String(value));
    writeFileSync(`${group}/cgroup.procs`, String(pid));
  }
  return () => {
    for (const { controller } of groups) {
      writeFileSync(`${root}/${controller}/cgroup.procs`, String(pid));
      rmdirSync(`${root}/${controller}/${name}`);
    }
  };
}

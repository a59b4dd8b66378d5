/** Where something was measured: figures of two machines are not comparable, their ratios may be. */
import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { root } from './binary.ts';

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly kernel: string;
  readonly node: string;
  readonly go: string;
  readonly commit: string;
  /** Of the last minute: above the number of cores, somebody else is at work. */
  readonly loadAverage: number;
}

export function describeMachine(): Machine {
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem(),
    kernel: release(),
    node: process.version,
    go: say('go', 'version').replace(/^go version /, ''),
    commit: say('git', 'describe', '--always', '--dirty'),
    loadAverage: loadavg()[0] ?? 0,
  };
}

function say(program: string, ...args: readonly string[]): string {
  return execFileSync(program, args, { cwd: root, encoding: 'utf8' }).trim();
}

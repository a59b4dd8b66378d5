/** `node src/main.ts …` as a child: its output, its port, its end. Killed with this process, whatever happens here. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { collect } from './collected.ts';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const stopMsMax = 30_000;
const children = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

export class GatewayProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<Exit>;
  exited: Exit | undefined;
  #stdout = '';
  #stderr = '';

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.child = spawn(process.execPath, ['src/main.ts', ...args], {
      cwd: root,
      env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', TZ: 'UTC', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.add(this.child);
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
      // Other commands are there to show what they made, and a start without a configuration shows its first key, once.
      if (args[0] === 'serve' && args.includes('--config')) collect(`stdout-${this.child.pid}`, text);
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
      collect(`stderr-${this.child.pid}`, text);
    });
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code, signal) => {
        children.delete(this.child);
        this.exited = { code, signal };
        resolve(this.exited);
      });
    });
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Both, for failure messages. */
  get output(): string {
    return `${this.#stdout}\n${this.#stderr}`;
  }

  /** Resident memory in bytes, as the kernel counts it. */
  async residentBytes(): Promise<number> {
    const status = await readFile(`/proc/${this.child.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
  }

  /** SIGTERM; after the limit SIGKILL, which the caller sees in the signal. */
  async stop(limitMs: number = stopMsMax): Promise<Exit> {
    if (this.exited !== undefined) return this.exited;
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), limitMs);
    const exit = await this.ended;
    clearTimeout(timer);
    return exit;
  }

  kill(signal: NodeJS.Signals): Promise<Exit> {
    this.child.kill(signal);
    return this.ended;
  }
}

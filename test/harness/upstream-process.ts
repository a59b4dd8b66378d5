/** Starts the fake provider as a process that outlives a killed gateway, and reads its log. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface UpstreamLine {
  readonly event: 'accepted' | 'closed';
  readonly index: number;
  readonly attemptId?: string;
  readonly model?: string;
  readonly status?: number;
  readonly tokensSent?: number;
  readonly aborted?: boolean;
}

export interface UpstreamProcess {
  readonly url: string;
  /** The log so far; every accepted request was on disk before it was answered. */
  lines(): readonly UpstreamLine[];
  close(): Promise<void>;
}

export async function startUpstreamProcess(): Promise<UpstreamProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-upstream-'));
  const log = join(folder, 'calls.jsonl');
  const program = fileURLToPath(new URL('../fakes/upstream-process.ts', import.meta.url));
  // Its standard input is our end of a pipe: it ends with us even when nobody closes it.
  const child = spawn(process.execPath, [program, '--log', log], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const url = await new Promise<string>((resolve, reject) => {
    child.once('error', reject).once('close', () => reject(new Error('the fake provider ended')));
    child.stdout.once('data', (line: Buffer) => resolve(JSON.parse(line.toString()).url));
  });
  return {
    url,
    lines: () =>
      readFileSync(log, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as UpstreamLine),
    async close() {
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

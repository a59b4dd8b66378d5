/** A process that the bench has started: it is known when it listens, and it ends with the bench. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export interface Command {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export interface Child {
  readonly pid: number;
  /** From its start to its first answer that it is ready. */
  readonly readyMs: number;
  stop(): Promise<void>;
}

const startMsMax = 90_000;
const stopMsMax = 20_000;
const pollMs = 5;

/** A directory for one process, and what takes it away. */
export function scratch(name: string): { readonly directory: string; remove(): void } {
  const directory = mkdtempSync(join(tmpdir(), `bench-${name}-`));
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

/** Whatever ends the bench, nothing of it goes on. */
const alive = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of alive) child.kill('SIGTERM');
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

function watch(child: ChildProcess): void {
  alive.add(child);
  child.once('exit', () => alive.delete(child));
}

/** Resolves when `url` answers 200. Nothing of the operator's own environment reaches it. */
export async function startChild(command: Command, url: string): Promise<Child> {
  const place = scratch(command.name);
  const log = join(place.directory, 'log');
  const out = openSync(log, 'a');
  const startedAt = performance.now();
  const child = spawn(command.program, command.args, {
    cwd: command.cwd,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...command.env },
    stdio: ['ignore', out, out],
  });
  closeSync(out);
  watch(child);
  const stop = async (): Promise<void> => {
    await end(child);
    place.remove();
  };
  try {
    await answering(child, url);
  } catch (error) {
    const said = readFileSync(log, 'utf8').slice(-2000);
    await stop();
    throw new Error(`${command.name}: ${(error as Error).message}\n${said}`);
  }
  return { pid: child.pid ?? 0, readyMs: performance.now() - startedAt, stop };
}

/** A process that prints `{"port":N}` first and ends when its input does. */
export async function startSpeaking(program: string, args: readonly string[]): Promise<Child & { port: number }> {
  const startedAt = performance.now();
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  watch(child);
  const port = await new Promise<number>((done, fail) => {
    child.once('error', fail);
    child.once('exit', (code) => fail(new Error(`${program} ended with exit code ${code}.`)));
    child.stdout.once('data', (line) => done((JSON.parse(String(line)) as { port: number }).port));
  });
  return { pid: child.pid ?? 0, readyMs: performance.now() - startedAt, port, stop: () => end(child) };
}

async function answering(child: ChildProcess, url: string): Promise<void> {
  let failure: Error | undefined;
  child.once('error', (error) => {
    failure = error;
  });
  const until = performance.now() + startMsMax;
  while (performance.now() < until) {
    if (failure !== undefined) throw failure;
    if (child.exitCode !== null) throw new Error(`It ended with exit code ${child.exitCode}.`);
    const answer = await fetch(url, { signal: AbortSignal.timeout(2000) }).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.status === 200) return;
    await pause(pollMs);
  }
  throw new Error(`It was not ready within ${startMsMax} ms.`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopMsMax);
  await ended;
  clearTimeout(timer);
}

export function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer().once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

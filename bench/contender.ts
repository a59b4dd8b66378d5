/** What is measured: a process that listens, and what its callers must say to it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { modelName } from './script.ts';
import { Worker } from './worker.ts';

export interface Contender {
  readonly name: string;
  readonly pid: number;
  readonly port: number;
  /** What callers ask for and with which key. */
  readonly model: string;
  readonly key: string;
  /** Speaks Anthropic's dialect to callers whatever the provider speaks. */
  readonly translates: boolean;
  /** What `probe.ts` saw inside the process since the last time; only where it was loaded. */
  probe?(): Promise<unknown>;
  stop(): Promise<void>;
}

export async function startBareRelay(name: string, providerPort: number): Promise<Contender> {
  const worker = await Worker.start('bare-relay', [String(providerPort)]);
  const { pid, port } = worker;
  return { name, pid, port, model: modelName, key: 'none', translates: false, stop: async () => worker.stop() };
}

const root = resolve(import.meta.dirname, '..');
const key = 'tg-bench-0000000000000000000000000000';
const startMsMax = 60_000;
const stopMsMax = 20_000;

/** As a user gets it: its own process, embedded Postgres, key, journal, metering and log as they are by default. */
export interface TollgateOptions {
  /** It writes a .cpuprofile there when it ends. */
  readonly profileDir?: string | undefined;
  /** With `probe.ts` inside. */
  readonly probed?: boolean;
  /** Sections of its file that replace those of the bench; in `server` the port stays. */
  readonly config?: object;
}

export async function startTollgate(providerPort: number, options: TollgateOptions = {}): Promise<Contender> {
  const { profileDir, probed = false } = options;
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-bench-'));
  const port = await freePort();
  const config = join(directory, 'tollgate.yaml');
  const log = join(directory, 'tollgate.log');
  writeFileSync(config, configText(directory, port, providerPort, options.config));
  if (profileDir !== undefined) mkdirSync(profileDir, { recursive: true });
  const flags = profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`];
  if (probed) flags.push('--expose-gc', '--import', join(import.meta.dirname, 'probe.ts'));
  const out = openSync(log, 'a');
  const child = spawn(process.execPath, [...flags, 'src/main.ts', 'serve', '--config', config], {
    cwd: root,
    // Nothing of the operator's own settings: a key in the environment would turn a provider on.
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
    stdio: probed ? ['ignore', out, out, 'ipc'] : ['ignore', out, out],
  });
  closeSync(out);
  const stop = async (): Promise<void> => {
    await end(child);
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await ready(child, port);
  } catch (error) {
    const said = readFileSync(log, 'utf8').slice(-2000);
    await stop();
    throw new Error(`${(error as Error).message}\n${said}`);
  }
  const own = { name: 'Tollgate', pid: child.pid ?? 0, port, model: `fake/${modelName}`, key, translates: true, stop };
  return probed ? { ...own, probe: () => askProbe(child) } : own;
}

function askProbe(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = (): void => reject(new Error('Tollgate ended.'));
    child.once('exit', ended);
    child.once('message', (seen) => {
      child.off('exit', ended);
      resolve(seen);
    });
    child.send({});
  });
}

/** JSON is YAML. */
function configText(directory: string, port: number, providerPort: number, sections: object = {}): string {
  const { server, ...more } = sections as { readonly server?: object };
  return JSON.stringify({
    server: { ...server, port },
    dataDir: join(directory, 'data'),
    providers: {
      fake: {
        type: 'openai-compatible',
        baseUrl: `http://127.0.0.1:${providerPort}/v1`,
        apiKey: 'sk-bench',
        models: [modelName],
      },
    },
    models: { [`fake/${modelName}`]: { price: { input: 0.1, output: 0.4 }, contextTokens: 131_072 } },
    keys: { bench: { key } },
    ...more,
  });
}

async function ready(child: ChildProcess, port: number): Promise<void> {
  const until = performance.now() + startMsMax;
  while (performance.now() < until) {
    if (child.exitCode !== null) throw new Error(`Tollgate ended with exit code ${child.exitCode}.`);
    const answer = await fetch(`http://127.0.0.1:${port}/ready`).catch(() => undefined);
    if (answer?.status === 200) return;
    await pause(50);
  }
  throw new Error(`Tollgate was not ready within ${startMsMax} ms.`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopMsMax);
  await ended;
  clearTimeout(timer);
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer().once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** A Redis or Valkey server of the system's own packages, on a port of its own, with nothing on disk. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { Redis } from 'ioredis';
import { until } from '../../until.ts';

const programs = ['redis-server', 'valkey-server'];

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** Connections are taken, and nothing is answered: the process is stopped, not ended. */
  hang(): void;
  goOn(): void;
  kill(): Promise<void>;
  /** On the same port, empty. */
  start(): Promise<void>;
  /** A client beside those that are tried. */
  client(): Redis;
}

export async function startRedisServer(...options: readonly string[]): Promise<RedisServer> {
  const program = findProgram();
  if (program === undefined) throw new Error(`None of ${programs.join(', ')} is installed: install redis-server.`);
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let running: ChildProcess | undefined;
  const start = async () => {
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', ...options];
    running = spawn(program, args, { stdio: 'ignore' });
    await until('the Redis server to answer', () => answers(url));
  };
  await start();
  return {
    url,
    port,
    hang: () => running?.kill('SIGSTOP'),
    goOn: () => running?.kill('SIGCONT'),
    kill: async () => {
      const ended = running;
      running = undefined;
      if (ended === undefined || ended.exitCode !== null) return;
      const exit = once(ended, 'exit');
      ended.kill('SIGKILL');
      await exit;
    },
    start,
    client: () => new Redis(url, { maxRetriesPerRequest: 2 }).on('error', () => {}),
  };
}

function findProgram(): string | undefined {
  return programs.find((program) => spawnSync(program, ['--version']).status === 0);
}

async function answers(url: string): Promise<boolean> {
  const client = new Redis(url, { retryStrategy: null, maxRetriesPerRequest: 0, lazyConnect: true });
  client.on('error', () => {});
  try {
    await client.connect();
    return (await client.ping()) === 'PONG';
  } catch {
    return false;
  } finally {
    client.disconnect();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

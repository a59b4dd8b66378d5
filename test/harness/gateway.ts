/**
 * The real server as a process of its own, on a port of its own, with a database schema and a data directory of its
 * own. Tests talk to it over sockets only, and read what it recorded from Postgres.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runSql, type TestDatabase, testDatabase } from '../postgres.ts';
import { until } from '../until.ts';
import { keepSecretsOf } from './collected.ts';
import { type Exit, GatewayProcess } from './gateway-process.ts';

/** As the configuration file has it. */
export type ConfigTree = { readonly [name: string]: unknown };

export interface GatewayOptions {
  /** Merged over the defaults of the harness: free port, temporary data directory, one key. */
  readonly config?: ConfigTree;
  /** The process sees these and PATH, nothing else of this one's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Shared by several gateways when given, and then not dropped by `stop`. */
  readonly database?: TestDatabase;
  /** Milliseconds until /ready must answer 200. */
  readonly readyMs?: number;
}

/** A usage row as it lies in the database; bigint columns are decimal text. */
export type UsageRow = Readonly<Record<string, unknown>>;

export async function startGateway(options: GatewayOptions = {}): Promise<TestGateway> {
  const database = options.database ?? (await testDatabase());
  const gateway = new TestGateway(options, database);
  await gateway.start();
  return gateway;
}

export class TestGateway {
  /** A key that may call every model. */
  readonly key: string = `tg-test-${randomBytes(12).toString('hex')}`;
  readonly database: TestDatabase;
  readonly dataDir: string;
  readonly #options: GatewayOptions;
  readonly #configFile: string;
  #process: GatewayProcess | undefined;
  #port = 0;

  constructor(options: GatewayOptions, database: TestDatabase) {
    this.#options = options;
    this.database = database;
    this.dataDir = mkdtempSync(join(tmpdir(), 'tollgate-gateway-'));
    this.#configFile = join(this.dataDir, 'tollgate.yaml');
  }

  /** `http://127.0.0.1:port`, without a path. The same after a restart. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get process(): GatewayProcess {
    if (this.#process === undefined) throw new Error('the gateway was not started');
    return this.#process;
  }

  /** Everything the current process wrote to its standard error. */
  get stderr(): string {
    return this.process.stderr;
  }

  async start(): Promise<void> {
    // Not port 0: an instance keeps its name, and so its journal, by its port.
    if (this.#port === 0) this.#port = await freePort();
    const defaults = {
      // A machine that is busy with other tests is no overload of this process.
      server: { host: '127.0.0.1', port: this.#port, limits: { lagMsMax: 0 } },
      dataDir: join(this.dataDir, 'data'),
      database: { url: this.database.url, schema: this.database.schema },
      log: { format: 'json' },
      keys: { test: { key: this.key } },
    };
    const config = merge(defaults, this.#options.config ?? {});
    keepSecretsOf(config);
    // JSON is YAML too.
    writeFileSync(this.#configFile, JSON.stringify(config, undefined, 2));
    this.#process = new GatewayProcess(['serve', '--config', this.#configFile], this.#options.env ?? {});
    await this.waitUntilReady();
  }

  async waitUntilReady(): Promise<void> {
    await until(
      `the gateway to be ready; it wrote:\n${this.stderr}`,
      async () => {
        if (this.process.exited !== undefined) throw new Error(`the gateway ended:\n${this.process.output}`);
        const answer = await fetch(`${this.url}/ready`).catch(() => undefined);
        await answer?.arrayBuffer();
        return answer?.status === 200;
      },
      this.#options.readyMs ?? 120_000,
    );
  }

  /** SIGTERM and a clean end; then everything it left is removed. */
  async stop(): Promise<Exit> {
    const exit = await this.process.stop();
    if (this.#options.database === undefined) await this.database.close();
    rmSync(this.dataDir, { recursive: true, force: true });
    return exit;
  }

  /** SIGKILL; resolves when the process is gone. Its data stay. */
  kill9(): Promise<Exit> {
    return this.process.kill('SIGKILL');
  }

  /** Status of /ready; 0 where the connection that the client kept was closed meanwhile, as draining does. */
  readiness(): Promise<number> {
    return fetch(`${this.url}/ready`).then(
      (answer) => answer.status,
      () => 0,
    );
  }

  /** Starts again on the same port, data directory and database; stops first what still runs. */
  async restart(): Promise<void> {
    if (this.process.exited === undefined) await this.process.stop();
    await this.start();
  }

  /** All usage rows, oldest first. */
  async usageRows(): Promise<readonly UsageRow[]> {
    return runSql(this.database.url, `SELECT * FROM "${this.database.schema}".usage ORDER BY started_at, request_id`);
  }

  /** Polls until there are at least `count` rows; more than that is an error, as every request has exactly one. */
  async waitForUsage(count: number, limitMs = 15_000): Promise<readonly UsageRow[]> {
    const rows = await until(
      `${count} usage rows`,
      async () => {
        const found = await this.usageRows();
        return found.length >= count ? found : undefined;
      },
      limitMs,
    );
    if (rows.length > count) throw new Error(`${rows.length} usage rows where ${count} were due`);
    return rows;
  }

  /** Headers of a caller with the test key. */
  get headers(): { readonly authorization: string; readonly 'content-type': string } {
    return { authorization: `Bearer ${this.key}`, 'content-type': 'application/json' };
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Objects are merged, everything else is replaced. */
export function merge(base: ConfigTree, over: ConfigTree): ConfigTree {
  const merged: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(over)) {
    const below = merged[name];
    merged[name] = isTree(below) && isTree(value) ? merge(below, value) : value;
  }
  return merged;
}

function isTree(value: unknown): value is ConfigTree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** All that a month needs, and no account anywhere: Postgres, a provider, a stand-in for Stripe, a gateway. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { parseConfig } from '../../../src/config.ts';
import { createKey } from '../../../src/control/keys/keys.ts';
import { type Instance, startInstance } from '../../../src/instance.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { providers } from '../../../src/providers/index.ts';
import { openEmbeddedPostgres } from '../../../src/store/embedded/embedded.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { type StandIn, startStandIn } from '../../fakes/stripe/server.ts';
import { startUpstream, type Upstream } from '../../fakes/upstream.ts';
import { FakeModel } from './fake-model.ts';
import { type MonthClock, openMonthClock } from './month-clock.ts';

const secret = 'whsec_month';

export class World {
  readonly store: Store;
  readonly standIn: StandIn;
  readonly model: FakeModel;
  /** A management key with the scope operator: `tollgate keys create --kind management`. */
  readonly operatorKey: string;
  readonly #clock: MonthClock;
  readonly #upstream: Upstream;
  readonly #root: string;
  #instance: Instance | undefined;

  constructor(parts: WorldParts) {
    this.store = parts.store;
    this.standIn = parts.standIn;
    this.model = parts.model;
    this.operatorKey = parts.operatorKey;
    this.#clock = parts.clock;
    this.#upstream = parts.upstream;
    this.#root = parts.root;
  }

  /** Of the gateway, `http://127.0.0.1:port`. */
  get url(): string {
    const { host, port } = this.#running().address;
    return `http://${host}:${port}`;
  }

  /** It is that time now, everywhere. The gateway is stopped for the days between. */
  async goTo(time: string): Promise<void> {
    await this.stop();
    await this.#clock.set(time);
    const config = parseConfig(configText(this.#upstream.url, this.standIn.url), {
      cwd: this.#root,
      env: {},
      registry: [...providers.values()],
    });
    this.#instance = await startInstance({ config, dataDir: this.#root, store: this.store, log: silentLog });
    const url = `${this.url}/api/v1/stripe/webhook`;
    this.standIn.deliveries.endpoints.splice(0, Infinity, { url, secrets: [secret] });
  }

  /** What was used is in the database, and the gateway knows what stands there: by itself it takes up to a second. */
  async settle(): Promise<void> {
    await this.#running().ship();
    await this.#running().refresh();
  }

  async stop(): Promise<void> {
    await this.standIn.deliveries.settled();
    await this.#instance?.stop(5_000);
    this.#instance = undefined;
  }

  #running(): Instance {
    if (this.#instance === undefined) throw new Error('the gateway is stopped');
    return this.#instance;
  }
}

interface WorldParts extends Pick<World, 'store' | 'standIn' | 'model' | 'operatorKey'> {
  readonly clock: MonthClock;
  readonly upstream: Upstream;
  readonly root: string;
}

/** Opens a world at that time, and ends it when `work` does. */
export async function inWorld<T>(time: string, work: (world: World) => Promise<T>): Promise<T> {
  const closers: (() => unknown)[] = [];
  try {
    const root = mkdtempSync(path.join(tmpdir(), 'tollgate-month-'));
    closers.push(() => rmSync(root, { recursive: true, force: true }));
    // Under root the server is another user's, who has to pass through.
    chmodSync(root, 0o711);
    const postgres = await openEmbeddedPostgres({ dataDir: root, clock: systemClock, log: silentLog });
    closers.push(() => postgres.close());
    const url = await makeDatabase(postgres.address.config);
    const clock = await openMonthClock(url);
    closers.push(() => clock.close());
    await clock.set(time);
    const store = await openStore({ dataDir: '', url, clock: systemClock, log: silentLog });
    closers.push(() => store.close());
    // Stripe's clock stands still between two moments of the story, so that months are cut at the second.
    const standIn = await startStandIn({ systemMs: () => clock.setMs });
    closers.push(() => standIn.close());
    const model = new FakeModel();
    const upstream = await startUpstream({ script: model.script, keepBodies: false });
    closers.push(() => upstream.close());
    const { key } = await createKey(store, { name: 'operator', kind: 'management' }, systemClock);
    const world = new World({ store, standIn, model, operatorKey: key, clock, upstream, root });
    closers.push(() => world.stop());
    await world.goTo(time);
    return await work(world);
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

async function makeDatabase(config: pg.ClientConfig): Promise<string> {
  const client = new pg.Client(config);
  await client.connect();
  await client.query('CREATE DATABASE month');
  await client.end();
  const login = `${config.user}:${encodeURIComponent(String(config.password))}`;
  return `postgres://${login}@/month?host=${encodeURIComponent(String(config.host))}&port=${config.port}`;
}

/** Prices of `studio/writer` are our own; `claude-sonnet-4-5` has its list price, with its tier for long prompts. */
function configText(url: string, stripeUrl: string): string {
  return `
server: { port: 0 }
dataDir: ./data
budgets: { patienceMs: 500 }
providers:
  studio: { type: openai-compatible, baseUrl: "${url}/v1", models: [writer] }
  anthropic: { apiKey: sk-ant-month, baseUrl: "${url}" }
models:
  studio/writer: { price: { input: 10, output: 200, cacheRead: 1 }, contextTokens: 200000 }
stripe:
  secretKey: sk_test_standin
  webhookSecrets: [${secret}]
  apiBase: "${stripeUrl}"
`;
}

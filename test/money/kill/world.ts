/** Two real gateways, a Postgres of their own, a provider that keeps a log, and customers who have paid. */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKey } from '../../../src/control/keys/keys.ts';
import { creditWallet } from '../../../src/ledger/wallet.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { type EmbeddedPostgres, openEmbeddedPostgres } from '../../../src/store/embedded/embedded.ts';
import { isAlive, readPid } from '../../../src/store/embedded/guard.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { startGateway, type TestGateway } from '../../harness/gateway.ts';
import { until } from '../../until.ts';
import { prepaid } from '../books.ts';
import { type Provider, startProvider } from './provider.ts';
import { startTripwire, type Tripwire } from './tripwire.ts';

/** Output tokens that a stream holds ahead here: small, so that holds grow. */
export const stepTokens = 16;
export const gatewayNames = ['a', 'b'] as const;
export type GatewayName = (typeof gatewayNames)[number];

export interface Member {
  readonly name: GatewayName;
  readonly gateway: TestGateway;
  readonly wire: Tripwire;
}

export interface Customer {
  readonly organizationId: string;
  readonly key: string;
}

export interface World {
  readonly store: Store;
  readonly provider: Provider;
  readonly members: readonly Member[];
  customer(name: string, balanceNanoUsd: bigint): Promise<Customer>;
  /** Resolves when every gateway knows the key. */
  isKnown(customer: Customer): Promise<void>;
  /** SIGKILL for the postmaster, or SIGQUIT, which is `pg_ctl stop -m immediate`. Its supervisor starts it again. */
  killPostgres(signal: 'SIGKILL' | 'SIGQUIT'): Promise<void>;
  /** Ends it, until `startPostgres`. */
  stopPostgres(): Promise<void>;
  startPostgres(): Promise<void>;
  /** Whether Postgres answers. */
  answers(): Promise<boolean>;
  /** Clean stops of the gateways: what they wrote to their error streams. */
  stopGateways(): Promise<void>;
  close(): Promise<void>;
}

export async function openWorld(): Promise<World> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tollgate-killed-'));
  chmodSync(dataDir, 0o711);
  const open = () => openEmbeddedPostgres({ dataDir, clock: systemClock, log: silentLog });
  let postgres: EmbeddedPostgres = await open();
  const { host, user, password, database } = postgres.address.config;
  const login = `${user}:${encodeURIComponent(String(password))}`;
  const url = `postgres://${login}@/${database}?host=${encodeURIComponent(String(host))}`;
  const schema = `kill_${randomBytes(4).toString('hex')}`;
  const store = await openStore({ dataDir: '', url, schema, clock: systemClock, log: silentLog, poolSize: 4 });
  const provider = await startProvider();
  const members: Member[] = [];
  for (const name of gatewayNames) {
    const wire = await startTripwire(url);
    members.push({ name, wire, gateway: await startMember(name, wire, schema, provider) });
  }
  const answers = () =>
    store.db
      .selectFrom('instances')
      .select('name')
      .limit(1)
      .execute()
      .then(
        () => true,
        () => false,
      );
  return {
    store,
    provider,
    members,
    answers,
    customer: (name, balance) => makeCustomer(store, name, balance),
    async isKnown({ key }) {
      for (const { gateway } of members) await until('a key to be known', () => knows(gateway.url, key));
    },
    async killPostgres(signal) {
      const pid = readPid(join(postgres.place, 'cluster', 'postmaster.pid'));
      if (pid === undefined) throw new Error('Postgres has no pid');
      process.kill(pid, signal);
      await until('the end of Postgres', () => !isAlive(pid));
      await until('Postgres to be back', answers, 60_000);
    },
    stopPostgres: () => postgres.close(),
    async startPostgres() {
      postgres = await open();
    },
    async stopGateways() {
      await Promise.all(members.map(({ gateway }) => gateway.stop()));
    },
    async close() {
      await Promise.all(members.map(({ wire }) => wire.stop()));
      await provider.close();
      await store.close();
      await postgres.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function startMember(name: GatewayName, wire: Tripwire, schema: string, provider: Provider): Promise<TestGateway> {
  const unused = () => Promise.reject(new Error('the gateway opens its own store'));
  const price = { input: 1, output: 10 };
  return startGateway({
    readyMs: 60_000,
    database: { url: wire.url, schema, open: unused, close: async () => {} },
    config: {
      budgets: { growthStepTokens: stepTokens, patienceMs: 1_000 },
      providers: {
        fake: { type: 'openai-compatible', baseUrl: `${provider.url}/${name}/v1`, models: ['m'] },
        shut: { type: 'openai-compatible', baseUrl: `${provider.shutUrl}/v1`, models: ['m'] },
        deaf: { type: 'openai-compatible', baseUrl: `${provider.deafUrl}/v1`, models: ['m'] },
      },
      models: Object.fromEntries(['fake/m', 'shut/m', 'deaf/m'].map((id) => [id, { price, contextTokens: 100_000 }])),
    },
  });
}

async function knows(url: string, key: string): Promise<boolean> {
  const answer = await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
  await answer.arrayBuffer();
  return answer.status === 200;
}

async function makeCustomer(store: Store, name: string, amountNanoUsd: bigint): Promise<Customer> {
  const organizationId = await prepaid(store, name);
  const { key } = await createKey(store, { name: `${name}-key`, organization: name }, systemClock);
  const credit = { organizationId, amountNanoUsd, idempotencyKey: `first:${name}`, from: 'operator' } as const;
  await creditWallet(store, credit, systemClock);
  return { organizationId, key };
}

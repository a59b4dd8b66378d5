/**
 * Whole gateway instances in this process, on one database and one fake provider: journal, shipper, leases, snapshot and
 * all. Model `fake/m` costs $1 for a million input tokens and $10 for a million output tokens.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Agent, request } from 'undici';
import { parseConfig } from '../../src/config.ts';
import { createKey } from '../../src/control/keys/keys.ts';
import { ensureOrganization } from '../../src/control/organizations.ts';
import { type Instance, startInstance } from '../../src/instance.ts';
import { creditWallet, type Wallet, walletOf } from '../../src/ledger/wallet.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { providers } from '../../src/providers/index.ts';
import type { Store } from '../../src/store/store.ts';
import { type Script, startUpstream, type Upstream } from '../fakes/upstream.ts';
import { type TestDatabase, testDatabase } from '../postgres.ts';

export interface FleetOptions {
  readonly instances?: number;
  readonly script: Script;
  /** Lines of configuration beside the provider and its model. */
  readonly config?: string;
  /** More providers, by name, in YAML; each at the fake one's address, which takes the place of `$URL`. */
  readonly providers?: string;
  /** More rows of models, in YAML. */
  readonly models?: string;
}

export interface Answered {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
}

export type Asked = Readonly<Record<string, unknown>>;

export interface Fleet {
  readonly database: TestDatabase;
  readonly store: Store;
  readonly upstream: Upstream;
  readonly instances: readonly Instance[];
  /** A prepaid organization with a key. */
  customer(name: string, balanceNanoUsd: bigint): Promise<Customer>;
  /** To one instance; by turns when none is named. */
  chat(key: string, body: Asked, instance?: number, headers?: Record<string, string>): Promise<Answered>;
  post(
    pathname: string,
    key: string,
    body: Asked,
    instance?: number,
    headers?: Record<string, string>,
  ): Promise<Answered>;
  /** Everything that is settled is in the database, and every instance knows all keys and budgets. */
  settle(): Promise<void>;
  refresh(): Promise<void>;
  close(): Promise<void>;
}

export interface Customer {
  readonly organizationId: string;
  readonly keyId: string;
  readonly key: string;
  wallet(): Promise<Wallet>;
  topUp(amountNanoUsd: bigint): Promise<void>;
}

export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const database = await testDatabase();
  const store = await database.open({ poolSize: 8 });
  const upstream = await startUpstream({ script: options.script, keepBodies: false });
  const root = mkdtempSync(path.join(tmpdir(), 'tollgate-fleet-'));
  const config = parseConfig(configText(upstream.url, options), {
    cwd: root,
    env: {},
    registry: [...providers.values()],
  });
  const instances: Instance[] = [];
  for (let i = 0; i < (options.instances ?? 1); i++) {
    // A store of its own, as a process of its own would have.
    const own = await database.open({ poolSize: 6 });
    instances.push(await startInstance({ config, dataDir: path.join(root, String(i)), store: own, log: silentLog }));
  }
  const agent = new Agent({ connections: 256, pipelining: 1 });
  let turn = 0;
  const fleet: Fleet = {
    database,
    store,
    upstream,
    instances,
    customer: (name, balance) => makeCustomer(fleet, name, balance),
    chat: (key, body, instance, headers) => fleet.post('/v1/chat/completions', key, body, instance, headers),
    async post(pathname, key, body, instance = turn++, headers = {}) {
      const { host, port } = (instances[instance % instances.length] as Instance).address;
      const answer = await request(`http://${host}:${port}${pathname}`, {
        method: 'POST',
        dispatcher: agent,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ model: 'fake/m', messages: [{ role: 'user', content: 'hi' }], ...body }),
      });
      const text = await answer.body.text();
      return { status: answer.statusCode, headers: answer.headers, text };
    },
    async settle() {
      for (const instance of instances) await instance.ship();
    },
    async refresh() {
      for (const instance of instances) await instance.refresh();
    },
    async close() {
      for (const instance of instances) await instance.stop(1_000);
      await agent.close();
      await upstream.close();
      await database.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
  return fleet;
}

function configText(url: string, { config = '', providers: more = '', models = '' }: FleetOptions): string {
  // Gateways, provider and test share one event loop, which on a busy machine is later than any of them would be.
  return `
server: { port: 0, limits: { lagMsMax: 0 } }
dataDir: ./data
budgets: { patienceMs: 500 }
providers:
  fake: { type: openai-compatible, baseUrl: "${url}/v1", models: [m] }
${more.replaceAll('$URL', url)}
models:
  fake/m: { price: { input: 1, output: 10 }, contextTokens: 100000 }
${models}
${config}`;
}

async function makeCustomer(fleet: Fleet, name: string, balance: bigint): Promise<Customer> {
  const { store } = fleet;
  const organizationId = await ensureOrganization(store.db, name, systemClock);
  await store.db
    .updateTable('organizations')
    .set({ billing: 'prepaid', spends: 'wallet' })
    .where('id', '=', organizationId)
    .execute();
  const made = await createKey(store, { name: `${name}-key`, organization: name }, systemClock);
  let tops = 0;
  const topUp = async (amountNanoUsd: bigint): Promise<void> => {
    const idempotencyKey = `${name}:${tops++}`;
    await creditWallet(store, { organizationId, amountNanoUsd, idempotencyKey, from: 'operator' }, systemClock);
  };
  if (balance > 0n) await topUp(balance);
  await fleet.refresh();
  const wallet = async (): Promise<Wallet> => {
    const found = await walletOf(store.db, organizationId);
    if (found === undefined) throw new Error('the organization is gone');
    return found;
  };
  return { organizationId, keyId: made.id, key: made.key, wallet, topUp };
}

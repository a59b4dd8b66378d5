/** Two gateways on one database, with management keys of an operator and of organizations. */
import { createKey } from '../../src/control/keys/keys.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { Store } from '../../src/store/store.ts';
import { type ConfigTree, startGateway, type TestGateway } from '../harness/gateway.ts';
import { type Answer, type CallOptions, call } from '../harness/sse-client.ts';
import { type TestDatabase, testDatabase } from '../postgres.ts';

export class TwoGateways {
  readonly first: TestGateway;
  readonly second: TestGateway;
  readonly operator: string;
  readonly store: Store;
  readonly #database: TestDatabase;

  constructor(gateways: readonly [TestGateway, TestGateway], database: TestDatabase, store: Store, operator: string) {
    [this.first, this.second] = gateways;
    this.#database = database;
    this.store = store;
    this.operator = operator;
  }

  /** `api('PUT /routes/best', {…})` at the first gateway. */
  api(what: string, body?: unknown, key: string = this.operator): Promise<Answer> {
    const [method, path] = what.split(' ', 2);
    const options = { key, method: method as NonNullable<CallOptions['method']> };
    return call(`${this.first.url}/api/v1${path}`, body, options);
  }

  async tenant(organization: string): Promise<{ readonly id: string; readonly manage: string; readonly call: string }> {
    const made = await createKey(this.store, { name: organization, kind: 'management', organization }, systemClock);
    const { key } = await createKey(this.store, { name: `${organization} calls`, organization }, systemClock);
    return { id: made.organizationId, manage: made.key, call: key };
  }

  async stop(): Promise<void> {
    await this.first.stop();
    await this.second.stop();
    await this.#database.close();
  }
}

export async function startTwo(config: ConfigTree): Promise<TwoGateways> {
  const database = await testDatabase();
  const first = await startGateway({ config, database });
  const second = await startGateway({ config, database });
  const store = await database.open();
  const { key } = await createKey(store, { name: 'operator', kind: 'management' }, systemClock);
  return new TwoGateways([first, second], database, store, key);
}

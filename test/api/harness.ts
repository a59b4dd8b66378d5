/** The management API on a database of its own, asked without sockets. */
import { Readable } from 'node:stream';
import { type Api, type ApiOptions, createApi } from '../../src/control/api/api.ts';
import { createKey, type KeyRequest } from '../../src/control/keys/keys.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { SecretBox } from '../../src/lib/secret-box.ts';
import type { Naming } from '../../src/naming.ts';
import { openLiveSnapshot } from '../../src/snapshot/live.ts';
import type { SnapshotSource } from '../../src/snapshot/snapshot.ts';
import type { Store } from '../../src/store/store.ts';
import { type TestDatabase, testDatabase } from '../postgres.ts';

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** The JSON, as the test knows it to be; undefined for none. */
  // biome-ignore lint/suspicious/noExplicitAny: a test says by its expectations what it is.
  readonly body: any;
}

export interface Asking {
  /** The whole management key; default: an operator's. Empty: none. */
  readonly key?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TestApi {
  readonly api: Api;
  readonly store: Store;
  readonly database: TestDatabase;
  readonly snapshot: SnapshotSource;
  /** A management key with the scope operator. */
  readonly operator: string;
  /** `ask('GET /keys?limit=2')`: below /api/v1. */
  ask(what: string, asking?: Asking): Promise<ApiAnswer>;
  /** An organization with a management key of its own. */
  tenant(name: string): Promise<{ readonly id: string; readonly key: string }>;
  makeKey(request: KeyRequest): Promise<{ readonly id: string; readonly key: string }>;
  close(): Promise<void>;
}

const names = {
  credentials: [],
  catalog: { models: [], find: () => undefined },
  routes: [],
  timeouts: { connectMs: 1, firstTokenMs: 1, wholeMs: 1, idleMs: 1, totalMs: 1 },
};

/** A stream of events that says whose it is, and ends. */
export const endingLive: NonNullable<ApiOptions['live']> = {
  open: ({ organizationId = 'all' }) => Readable.from([`event: end\ndata: {"of":"${organizationId}"}\n\n`]),
};

/** `naming`: what the API asks before it writes routes and providers' keys. Absent: this process knows no models. */
export async function testApi({
  naming,
  ...options
}: Partial<ApiOptions> & { readonly clock?: Clock; readonly naming?: Naming } = {}): Promise<TestApi> {
  const database = await testDatabase();
  const store = options.store ?? (await database.open());
  const clock = options.clock ?? systemClock;
  const snapshot = await openLiveSnapshot({ store, names: naming?.withPrices(undefined) ?? names, log: silentLog });
  const refresh = () => snapshot.refresh();
  const known = naming && {
    routing: naming.routing,
    providerKeys: naming.providerKeys,
    models: naming.models,
    providers: naming.providers(() => undefined),
  };
  const secrets = new SecretBox(['the master key of a test']);
  const api = await createApi({ store, snapshot, clock, log: silentLog, refresh, secrets, ...known, ...options });
  const makeKey = async (request: KeyRequest) => {
    const made = await createKey(store, request, clock);
    await refresh();
    return made;
  };
  const { key: operator } = await makeKey({ name: 'operator', kind: 'management' });
  return {
    api,
    store,
    database,
    snapshot,
    operator,
    makeKey,
    ask: (what, asking = {}) => ask(api, what, { key: operator, ...asking }),
    async tenant(name) {
      const { key, organizationId } = await createKey(store, { name, kind: 'management', organization: name }, clock);
      await refresh();
      return { id: organizationId, key };
    },
    async close() {
      await api.close();
      await snapshot.close();
      await database.close();
    },
  };
}

async function ask(api: Api, what: string, { key, body, headers }: Asking): Promise<ApiAnswer> {
  const [method = 'GET', path = ''] = what.split(' ', 2);
  const {
    statusCode,
    payload,
    headers: answered,
  } = await api.inject({
    method: method as 'GET',
    url: `/api/v1${path}`,
    headers: { ...(key !== '' && { authorization: `Bearer ${key}` }), ...headers },
    ...(body !== undefined && { payload: body as object }),
  });
  const isJson = String(answered['content-type']).startsWith('application/json');
  return { status: statusCode, headers: answered, text: payload, body: isJson ? JSON.parse(payload) : undefined };
}

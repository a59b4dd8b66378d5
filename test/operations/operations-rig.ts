/**
 * The real data plane in this process, on real sockets, before a fake provider that replays recordings of operations.
 * Every model of `up/…` exists at a price for each kind; `other` is a second provider for fallback. Two organizations.
 */
import { createHash } from 'node:crypto';
import { request } from 'undici';
import type { OperationPrice } from '../../src/catalog/catalog.ts';
import { createGateway, type Gateway } from '../../src/gateway/gateway.ts';
import type { IdempotencyStore } from '../../src/gateway/idempotency/idempotency-store.ts';
import type { StoredResources } from '../../src/gateway/operations/known-resources.ts';
import type { GatewaySettings } from '../../src/gateway/settings.ts';
import {
  type Journal,
  type JournalRecord,
  JournalUnavailable,
  type SettlementRecord,
} from '../../src/journal/record.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { Log } from '../../src/lib/log.ts';
import { openaiCompatible } from '../../src/providers/openai-compatible.ts';
import { bearer, type Provider, provider } from '../../src/providers/provider.ts';
import type { Credential, Key, Limits, Route, Snapshot, Target } from '../../src/snapshot/snapshot.ts';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { until } from '../until.ts';

export const ourKey = 'tg-operations-rig-0000000000000000000000000001';
export const theirKey = 'tg-operations-rig-0000000000000000000000000002';
export const upstreamSecret = 'sk-upstream-operations-0123456789abcdef';

/** Round numbers: every charge can be worked out in the head. Pico-dollars. */
export const rigPrice: OperationPrice = {
  id: 'rig:1',
  input: { base: 1_000_000n },
  output: { base: 2_000_000n },
  imageInput: { base: 3_000_000n },
  audioInput: { base: 4_000_000n },
};

export interface RigOptions {
  readonly vendor?: Provider;
  readonly otherVendor?: Provider;
  readonly price?: OperationPrice | null;
  readonly key?: Partial<Key>;
  readonly routes?: Readonly<Record<string, readonly string[]>>;
  readonly limits?: Limits;
  readonly settings?: Partial<GatewaySettings>;
  /** Known already, beside what is made here. */
  readonly resources?: StoredResources;
  readonly idempotency?: IdempotencyStore;
}

export type OperationsRig = Awaited<ReturnType<typeof startOperationsRig>>;

export async function startOperationsRig(options: RigOptions = {}) {
  const upstream = await startUpstream();
  const other = await startUpstream();
  const records: JournalRecord[] = [];
  const logged: string[] = [];
  const journal = { writable: true };
  const gateway = createGateway({
    snapshot: { current: snapshotOf(upstream, other, options) },
    journal: memoryJournal(records, journal),
    clock: systemClock,
    log: memoryLog(logged),
    random: () => 0,
    instance: 'rig',
    settings: { lagMsMax: 0, retryDelayMs: 1, ...options.settings },
    tickMs: 25,
    ...(options.resources && { resources: options.resources }),
    ...(options.idempotency && { idempotency: options.idempotency }),
  });
  const { port } = await gateway.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${port}`;
  const settlements = () => records.filter((record): record is SettlementRecord => record.type === 'settlement');
  const rows = async (count: number) => {
    await until(`${count} settlements`, () => settlements().length >= count);
    return settlements();
  };
  return {
    url,
    upstream,
    other,
    records,
    logged,
    journal,
    rows,
    row: async () => {
      const all = await rows(1);
      if (all.length !== 1) throw new Error(`expected one settlement, saw ${all.length}`);
      return all[0] as SettlementRecord;
    },
    call: (path: string, body: unknown, headers: Record<string, string> = {}) =>
      send(url + path, 'POST', JSON.stringify(body), { 'content-type': 'application/json', ...headers }),
    send: (
      method: 'GET' | 'POST' | 'DELETE',
      path: string,
      body?: Buffer | string,
      headers: Record<string, string> = {},
    ) => send(url + path, method, body, headers),
    forget: () => {
      records.length = 0;
      logged.length = 0;
      upstream.clear();
      other.clear();
    },
    close: () => closeAll(gateway, upstream, other),
  };
}

async function closeAll(gateway: Gateway, ...upstreams: readonly Upstream[]): Promise<void> {
  gateway.failAll();
  await gateway.close();
  await Promise.all(upstreams.map((upstream) => upstream.close()));
}

async function send(
  url: string,
  method: 'GET' | 'POST' | 'DELETE',
  body: Buffer | string | undefined,
  headers: Record<string, string>,
) {
  const answer = await request(url, { method, headers: { authorization: `Bearer ${ourKey}`, ...headers }, body });
  const bytes = Buffer.from(await answer.body.arrayBuffer());
  return {
    status: answer.statusCode,
    headers: answer.headers,
    bytes,
    text: bytes.toString('utf8'),
    json: () => JSON.parse(bytes.toString('utf8')) as Record<string, unknown>,
  };
}

const timeouts = { connectMs: 5_000, firstTokenMs: 10_000, wholeMs: 10_000, idleMs: 10_000, totalMs: 60_000 };

function snapshotOf(upstream: Upstream, other: Upstream, options: RigOptions): Snapshot {
  const vendor = options.vendor ?? openaiCompatible;
  const credentials: Record<string, Credential> = {
    up: { id: 'up', provider: vendor, baseUrl: `${upstream.url}/v1`, secret: upstreamSecret },
    other: {
      id: 'other',
      provider: options.otherVendor ?? openaiCompatible,
      baseUrl: `${other.url}/v1`,
      secret: upstreamSecret,
    },
  };
  const target = (id: string): Target | undefined => {
    const slash = id.indexOf('/');
    const credential = credentials[id.slice(0, slash)];
    const name = id.slice(slash + 1);
    if (credential === undefined || name === '') return undefined;
    const price = options.price === null ? undefined : (options.price ?? rigPrice);
    const model = {
      id,
      provider: credential.id,
      name,
      target: { name },
      priceAt: () => undefined,
      operationPriceAt: () => price,
    };
    return { credential, model, timeouts };
  };
  const routeOf = (name: string): Route | undefined => {
    const targets = (options.routes?.[name] ?? [name]).map(target).filter((each) => each !== undefined);
    return targets.length === 0 ? undefined : { name, targets };
  };
  const resolve = (name: string) => {
    const route = routeOf(name) ?? (name.includes('/') ? undefined : routeOf(`up/${name}`));
    return route === undefined ? { missing: true as const } : { route };
  };
  return {
    version: 7,
    keys: new Map([
      [sha256(ourKey), keyOf('ours', options)],
      [sha256(theirKey), keyOf('theirs', {})],
    ]),
    resolve,
    listModels: () => [],
    listRoutes: () => [],
    listCredentials: () =>
      Object.values(credentials)
        .slice(0, options.otherVendor === undefined ? 1 : 2)
        .map((credential) => ({ credential, timeouts })),
  };
}

function keyOf(name: string, { key, limits }: RigOptions): Key {
  return {
    id: `key_${name}`,
    name,
    kind: 'call',
    organization: { id: `org_${name}`, name, disabled: false },
    ...(limits && { limits }),
    ...key,
  };
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function memoryJournal(records: JournalRecord[], switches: { writable: boolean }): Journal {
  const keep = (record: JournalRecord): void => {
    records.push(JSON.parse(JSON.stringify(record)) as JournalRecord);
  };
  return {
    get writable() {
      return switches.writable;
    },
    intent: keep,
    attempt: (record) => {
      if (!switches.writable) throw new JournalUnavailable('no space left');
      keep(record);
    },
    progress: keep,
    settle: keep,
  };
}

function memoryLog(lines: string[]): Log {
  const line = (level: string) => (fields: Record<string, unknown>, message: string) => {
    const shown = JSON.stringify(fields, (_key, value) => (value instanceof Error ? String(value.stack) : value));
    lines.push(`${level} ${message} ${shown}`);
  };
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
}

/** A vendor that serves only what is said here. */
export function vendorWith(serves: Provider['serves']): Provider {
  return provider({
    id: 'vendor-with',
    name: 'Vendor',
    baseUrl: '',
    docs: '',
    auth: bearer,
    keyEnv: [],
    speaks: {},
    ...(serves && { serves }),
  });
}

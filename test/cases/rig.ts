/**
 * The real data plane in this process, on real sockets, between a fake provider and the test: everything but the
 * database. Models are named by the dialect that the provider is asked in: `oa/<model>` (openai-chat), `an/<model>`
 * (anthropic), `re/` (openai-responses), `ge/` (gemini), `be/` (bedrock-converse). What the journal was told is kept in
 * memory.
 */
import { createHash } from 'node:crypto';
import { request } from 'undici';
import type { CatalogModel, PriceVersion } from '../../src/catalog/catalog.ts';
import { createGateway, type Gateway, type GatewayOptions } from '../../src/gateway/gateway.ts';
import type { IdempotencyStore } from '../../src/gateway/idempotency/idempotency-store.ts';
import type { GatewaySettings } from '../../src/gateway/settings.ts';
import type { Journal, JournalRecord, SettlementRecord } from '../../src/journal/record.ts';
import { JournalUnavailable } from '../../src/journal/record.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import type { Log } from '../../src/lib/log.ts';
import type { DialectId } from '../../src/llm/chat.ts';
import type { TargetModel } from '../../src/llm/model.ts';
import { anthropicCompatible } from '../../src/providers/anthropic-compatible.ts';
import { openaiCompatible } from '../../src/providers/openai-compatible.ts';
import { bearer, type Endpoint, type Provider, provider } from '../../src/providers/provider.ts';
import type { Credential, Key, Limits, Route, Snapshot, Target, Timeouts } from '../../src/snapshot/snapshot.ts';
import type { Strategy } from '../../src/snapshot/strategy.ts';
import { startUpstream, type Upstream, type UpstreamOptions } from '../fakes/upstream.ts';
import { until } from '../until.ts';

export const rigKey = 'tg-rig0000000000000000000000000000000000000000';
/** $1, $2, $0.1, $1.25 and $2 for a million tokens: every charge can be worked out in the head. */
export const rigPrice: PriceVersion = {
  id: 'rig:1',
  input: { base: 1_000_000n },
  output: { base: 2_000_000n },
  cacheRead: { base: 100_000n },
  cacheWrite5m: { base: 1_250_000n },
  cacheWrite1h: { base: 2_000_000n },
  // As text; searches for nothing.
  audioInput: { base: 1_000_000n },
  audioOutput: { base: 2_000_000n },
  imageOutput: { base: 2_000_000n },
  perWebSearch: 0n,
};

export interface RigOptions {
  readonly upstream?: UpstreamOptions;
  readonly settings?: Partial<GatewaySettings>;
  readonly timeouts?: Partial<Timeouts>;
  readonly tickMs?: number;
  readonly clock?: Clock;
  readonly idempotency?: IdempotencyStore;
  readonly sharedAnswers?: NonNullable<GatewayOptions['sharedAnswers']>;
  /** Limits of routes, by name. */
  readonly routeLimits?: Readonly<Record<string, Limits>>;
  /** Facts of a model, by its bare name. */
  readonly models?: Readonly<
    Record<string, Partial<TargetModel> & { contextTokens?: number; price?: PriceVersion | null }>
  >;
  /** Routes by name: lists of `oa/…` and `an/…`, each optionally at another address (`oa/x@second`). */
  readonly routes?: Readonly<Record<string, readonly string[]>>;
  /** How routes choose, by their names. Absent: as listed. */
  readonly strategies?: Readonly<Record<string, Strategy>>;
  /** 0 to 1. Absent: always 0. */
  readonly random?: () => number;
  /** What else routes say, by name. */
  readonly routeRules?: Readonly<Record<string, Partial<Route>>>;
  /** Further addresses by name, for routes. */
  readonly addresses?: Readonly<Record<string, string>>;
  readonly key?: Partial<Key>;
  /** Keys of other organizations, by their text: the organization's id. */
  readonly otherKeys?: Readonly<Record<string, string>>;
  /** Of every target: settings, headers. */
  readonly credential?: Partial<Credential>;
  /** Vendors in place of the `-compatible` ones. */
  readonly providers?: Readonly<Partial<Record<RigKind, Provider>>>;
}

/** The dialect that a model's provider is asked in, as the first part of its name. */
export type RigKind = 'oa' | 'an' | 're' | 'ge' | 'be';

export interface Rig {
  readonly url: string;
  readonly upstream: Upstream;
  readonly gateway: Gateway;
  readonly records: JournalRecord[];
  /** Log lines, in order: `level message fields`. */
  readonly logged: string[];
  /** Waits for `count` settlements and returns all of them. */
  rows(count?: number): Promise<readonly SettlementRecord[]>;
  /** The only settlement since the last `forget`. */
  row(): Promise<SettlementRecord>;
  forget(): void;
  /** A minute passes for the gateway: what was learned of providers' limits is over. Without effect on a test's own clock. */
  later(): void;
  journal: { writable: boolean };
  chat(body: unknown, headers?: Record<string, string>): Promise<Answer>;
  messages(body: unknown, headers?: Record<string, string>): Promise<Answer>;
  post(path: string, body: string | Buffer, headers?: Record<string, string>): Promise<Answer>;
  close(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
  json(): unknown;
}

export async function startRig(options: RigOptions = {}): Promise<Rig> {
  const upstream = await startUpstream(options.upstream);
  const records: JournalRecord[] = [];
  const logged: string[] = [];
  const switches = { writable: true };
  let aheadMs = 0;
  const clock: Clock = {
    nowMs: () => systemClock.nowMs() + aheadMs,
    monotonicMs: () => systemClock.monotonicMs() + aheadMs,
  };
  const gateway = createGateway({
    snapshot: { current: rigSnapshot(upstream.url, options) },
    journal: memoryJournal(records, switches),
    clock: options.clock ?? clock,
    log: memoryLog(logged),
    random: options.random ?? (() => 0),
    instance: 'rig',
    // Most tests look for the marks that they set themselves, and share this process with the gateway.
    settings: { lagMsMax: 0, retryDelayMs: 1, promptCacheMarks: false, ...options.settings },
    tickMs: options.tickMs ?? 25,
    ...(options.idempotency && { idempotency: options.idempotency }),
    ...(options.sharedAnswers && { sharedAnswers: options.sharedAnswers }),
  });
  const { port } = await gateway.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${port}`;
  const settlements = () => records.filter((record) => record.type === 'settlement');
  const rows = async (count = 1) => {
    await until(`${count} settlements`, () => settlements().length >= count);
    return settlements();
  };
  const post = (path: string, body: string | Buffer, headers: Record<string, string> = {}) =>
    send(url + path, body, headers);
  return {
    url,
    upstream,
    gateway,
    records,
    logged,
    rows,
    row: async () => {
      const all = await rows();
      if (all.length !== 1) throw new Error(`expected one settlement, saw ${all.length}`);
      return all[0] as SettlementRecord;
    },
    forget: () => {
      records.length = 0;
      logged.length = 0;
      upstream.clear();
    },
    later: () => {
      aheadMs += 60_000;
    },
    journal: switches,
    post,
    chat: (body, headers) => post('/v1/chat/completions', JSON.stringify(body), headers),
    messages: (body, headers) =>
      post('/v1/messages', JSON.stringify(body), { 'anthropic-version': '2023-06-01', ...headers }),
    close: async () => {
      gateway.failAll();
      await gateway.close();
      await upstream.close();
    },
  };
}

async function send(url: string, body: string | Buffer, headers: Record<string, string>): Promise<Answer> {
  const answer = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${rigKey}`, ...headers },
    body,
  });
  const text = await answer.body.text();
  return { status: answer.statusCode, headers: answer.headers, body: text, json: () => JSON.parse(text) };
}

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
    lines.push(
      `${level} ${message} ${JSON.stringify(fields, (_key, value) => (value instanceof Error ? String(value.stack) : value))}`,
    );
  };
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
}

// The test, the gateway and the fake share one thread: what blocks one delays the others.
const defaultTimeouts: Timeouts = {
  connectMs: 10_000,
  firstTokenMs: 10_000,
  wholeMs: 10_000,
  idleMs: 10_000,
  totalMs: 60_000,
};

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

function rigSnapshot(upstreamUrl: string, options: RigOptions): Snapshot {
  const key: Key = {
    id: 'key_rig',
    name: 'rig',
    kind: 'call',
    organization: { id: 'org_rig', name: 'rig', disabled: false },
    ...options.key,
  };
  const target = (name: string) => rigTarget(name, upstreamUrl, options);
  const routes = new Map(
    Object.entries(options.routes ?? {}).map(([name, targets]): [string, Route] => [
      name,
      routeOf(
        name,
        targets.map((each) => target(each)),
        options,
      ),
    ]),
  );
  return {
    version: 7,
    keys: new Map([
      [sha256(rigKey), key],
      ...Object.entries(options.otherKeys ?? {}).map(([text, id]): [string, Key] => [
        sha256(text),
        { ...key, id: `key_${id}`, organization: { id, name: id, disabled: false } },
      ]),
    ]),
    resolve: (name) => {
      const route = routes.get(name);
      if (route !== undefined) return { route };
      if (!/^(oa|an|re|ge|be)\//.test(name) || name.endsWith('/missing')) return { missing: true };
      return { route: { name, targets: [target(name)] } };
    },
    listModels: () => [rigModel('oa', 'listed', options), rigModel('an', 'listed', options)],
    listRoutes: () => [...routes.values()],
  };
}

function routeOf(name: string, targets: readonly Target[], options: RigOptions): Route {
  const { strategies, routeLimits, routeRules } = options;
  const strategy = strategies?.[name];
  const members = targets.map((choice) => ({ name: choice.model.id, weight: 1, choice }));
  const node = strategy && { node: { strategy, members } };
  return { name, targets, limits: routeLimits?.[name], ...node, ...routeRules?.[name] };
}

/** Paths are the vendors' own, so that a script or a fake can tell by them what was asked. */
const rigProviders: Readonly<Record<RigKind, Provider>> = {
  oa: openaiCompatible,
  an: anthropicCompatible,
  re: rigProvider('re', { 'openai-responses': { path: '/responses' } }),
  ge: rigProvider('ge', {
    gemini: {
      path: ({ model, stream }) =>
        `/v1beta/models/${encodeURIComponent(model)}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    },
  }),
  be: rigProvider('be', {
    'bedrock-converse': {
      path: ({ model, stream }) => `/model/${encodeURIComponent(model)}/converse${stream ? '-stream' : ''}`,
    },
  }),
};

function rigProvider(id: string, speaks: Partial<Record<DialectId, Endpoint>>): Provider {
  return provider({ id, name: id, baseUrl: '', docs: '', auth: bearer, keyEnv: [], keyless: true, speaks });
}

function rigTarget(text: string, upstreamUrl: string, options: RigOptions): Target {
  const [name = '', address] = text.split('@');
  const kind = name.slice(0, 2) as RigKind;
  const base = address === undefined ? upstreamUrl : (options.addresses?.[address] ?? upstreamUrl);
  const credential: Credential = {
    id: address ?? kind,
    provider: options.providers?.[kind] ?? rigProviders[kind],
    baseUrl: kind === 'oa' || kind === 're' ? `${base}/v1` : base,
    secret: 'sk-upstream-secret-canary',
    ...options.credential,
  };
  return {
    credential,
    model: rigModel(kind, name.slice(3), options),
    timeouts: { ...defaultTimeouts, ...options.timeouts },
  };
}

function rigModel(kind: RigKind, name: string, options: RigOptions): CatalogModel {
  const { price, contextTokens, ...facts } = options.models?.[name] ?? {};
  return {
    id: `${kind}/${name}`,
    provider: kind,
    name,
    target: { name, outputTokensMax: 4096, ...facts },
    contextTokens,
    priceAt: () => (price === null ? undefined : (price ?? rigPrice)),
  };
}

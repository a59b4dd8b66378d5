/** What is measured in one round, and in which order. Everything is bounded in time and in number. */
import type { Contender } from './contender.ts';
import type { LoadResult, Order } from './load.ts';
import { processorTime, quiet } from './processor-time.ts';
import { type Door, requestBytes, type Shape } from './script.ts';
import type { Worker } from './worker.ts';

export interface Row {
  readonly id: string;
  readonly title: string;
  readonly shape: Shape;
  /** The row whose bare relay this one is compared with: its own, but for rows that the bare relay cannot answer. */
  readonly base: string;
  /** Asked in Anthropic's dialect: only contenders that translate can answer. */
  readonly translated: boolean;
  readonly load: Amount;
}

type Amount = Pick<Order, 'durationMs' | 'requestsMax' | 'perSecond'>;

/**
 * The same number of chats in a second for every contender: a full machine wakes up less often and so pays less for
 * each request, which would favour whoever is faster already. Far from full, so waiting in line hides nothing.
 */
const chatLoad: Amount = { durationMs: 2000, requestsMax: 10_000, perSecond: 2000 };
/** As fast as they are answered. */
const fullLoad: Amount = { durationMs: 1000, requestsMax: 50_000 };
/**
 * Streams are paced by the provider (about 0.45 s each) and begin evenly spread, all connections busy: the gateway is
 * not full, and every chunk is a read of its own.
 */
const streamLoad: Amount = { durationMs: 2400, requestsMax: 2000, perSecond: 64 };

const chat = { shape: 'chat', load: chatLoad } as const;
const stream = { shape: 'stream', load: streamLoad } as const;

export const rows: readonly Row[] = [
  { id: 'chat', title: 'chat, 2,000 a second', base: 'chat', translated: false, ...chat },
  { id: 'chat-full', title: 'chat, flat out', base: 'chat-full', translated: false, shape: 'chat', load: fullLoad },
  { id: 'stream', title: '100-chunk stream', base: 'stream', translated: false, ...stream },
  { id: 'chat-translated', title: 'chat, translated', base: 'chat', translated: true, ...chat },
  { id: 'stream-translated', title: '100-chunk stream, translated', base: 'stream', translated: true, ...stream },
];

/** One contender in one row of one round. */
export interface Cell {
  readonly round: number;
  readonly row: string;
  readonly contender: string;
  readonly requests: number;
  readonly requestsPerSecond: number;
  /** Microseconds of processor time per request. */
  readonly ownMicros: number;
  readonly childrenMicros: number;
  readonly firstTokenP50Ms: number;
  readonly firstTokenP99Ms: number;
}

export interface Rig {
  readonly provider: Worker;
  readonly load: Worker;
  readonly connections: number;
}

export async function measure(rig: Rig, row: Row, contender: Contender, round: number): Promise<Cell> {
  const before = processorTime(contender.pid);
  const result = await send(rig, row, contender, row.load);
  const after = await quiet(contender.pid, 3000);
  return {
    ...cellOf(row, contender.name, round, result),
    ownMicros: ((after.ownMs - before.ownMs) / result.requests) * 1000,
    childrenMicros: ((after.childrenMs - before.childrenMs) / result.requests) * 1000,
  };
}

/** The provider asked without anything in between: the base of every first-token time. */
export async function measureDirect(rig: Rig, row: Row, round: number): Promise<Cell> {
  const direct = { port: rig.provider.port, model: 'any', key: 'none' };
  const result = await send(rig, row, direct, { ...row.load, durationMs: row.load.durationMs / 2 });
  return { ...cellOf(row, 'direct', round, result), ownMicros: 0, childrenMicros: 0 };
}

/** Until the compiler has seen it all; thrown away. */
export async function warmUp(rig: Rig, row: Row, contender: Contender): Promise<void> {
  const whole = row.shape === 'chat';
  await send(rig, row, contender, { durationMs: whole ? 4000 : 1000, requestsMax: whole ? 15_000 : 1000 });
}

function cellOf(row: Row, contender: string, round: number, { requests, elapsedMs, firstTokenMs }: LoadResult) {
  const at = (share: number) =>
    firstTokenMs[Math.min(firstTokenMs.length - 1, Math.floor(firstTokenMs.length * share))] ?? 0;
  const requestsPerSecond = (requests / elapsedMs) * 1000;
  const firstToken = { firstTokenP50Ms: at(0.5), firstTokenP99Ms: at(0.99) };
  return { round, row: row.id, contender, requests, requestsPerSecond, ...firstToken };
}

type Callee = Pick<Contender, 'port' | 'model' | 'key'>;
/** Throws when one answer was not whole, or when the provider saw another number of requests than the callers sent. */
async function send(rig: Rig, row: Row, callee: Callee, amount: Amount): Promise<LoadResult> {
  const seenBefore = await seen(rig);
  const door: Door = row.translated ? 'messages' : 'chat-completions';
  const request = requestBytes(door, row.shape, callee.model, callee.key).toString('base64');
  const order: Order = { port: callee.port, request, connections: rig.connections, ...amount };
  const result = (await rig.load.ask(order, amount.durationMs + 15_000)) as LoadResult;
  if (result.failures > 0) throw new Error(`${row.title}: ${result.failures} answers failed: ${result.failure}`);
  const asked = (await seen(rig)) - seenBefore;
  if (asked !== result.requests)
    throw new Error(`${row.title}: ${result.requests} requests were sent, but the provider saw ${asked}.`);
  return result;
}

async function seen(rig: Rig): Promise<number> {
  const { requests } = (await rig.provider.ask({}, 5000)) as { requests: number };
  return requests;
}

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
  /** Asked in Anthropic's dialect: only contenders that translate can answer. */
  readonly translated: boolean;
}

export const rows: readonly Row[] = [
  { id: 'chat', title: 'chat, relayed', shape: 'chat', translated: false },
  { id: 'stream', title: '100-chunk stream, relayed', shape: 'stream', translated: false },
  { id: 'chat-translated', title: 'chat, translated', shape: 'chat', translated: true },
  { id: 'stream-translated', title: '100-chunk stream, translated', shape: 'stream', translated: true },
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

/** Chats come as fast as they are answered: the gateway is the narrow place, and its cost is what is measured. */
const chatLoad = { durationMs: 1200, requestsMax: 20_000 };
/**
 * Streams are paced by the provider (about 0.45 s each) and begin evenly spread, all connections busy: the gateway is
 * not full, and every chunk is a read of its own.
 */
const streamLoad = { durationMs: 2400, requestsMax: 2000, perSecond: 64 };
/** First-token time of chats is taken apart, far from full load, where waiting in line does not hide it. */
const calmLoad = { durationMs: 700, requestsMax: 2000, perSecond: 300 };

export async function measure(rig: Rig, row: Row, contender: Contender, round: number): Promise<Cell> {
  const before = processorTime(contender.pid);
  const full = await send(rig, row, contender, row.shape === 'chat' ? chatLoad : streamLoad);
  const after = await quiet(contender.pid, 3000);
  const calm = row.shape === 'chat' ? await send(rig, row, contender, calmLoad) : full;
  if (row.shape === 'chat') await quiet(contender.pid, 3000);
  return {
    round,
    row: row.id,
    contender: contender.name,
    requests: full.requests,
    requestsPerSecond: (full.requests / full.elapsedMs) * 1000,
    ownMicros: ((after.ownMs - before.ownMs) / full.requests) * 1000,
    childrenMicros: ((after.childrenMs - before.childrenMs) / full.requests) * 1000,
    ...firstToken(calm),
  };
}

/** The provider asked without anything in between: the base of every first-token time. */
export async function measureDirect(rig: Rig, row: Row, round: number): Promise<Cell> {
  const direct = { port: rig.provider.port, model: 'any', key: 'none' };
  const result = await send(rig, row, direct, row.shape === 'chat' ? calmLoad : { ...streamLoad, durationMs: 1000 });
  const perSecond = (result.requests / result.elapsedMs) * 1000;
  const cell = { round, row: row.id, contender: 'direct', requests: result.requests, requestsPerSecond: perSecond };
  return { ...cell, ownMicros: 0, childrenMicros: 0, ...firstToken(result) };
}

/** Until the compiler has seen it all: some seconds of each row, thrown away. */
export async function warmUp(rig: Rig, row: Row, contender: Contender): Promise<void> {
  await send(rig, row, contender, { durationMs: row.shape === 'chat' ? 1500 : 1000, requestsMax: 20_000 });
}

type Callee = Pick<Contender, 'port' | 'model' | 'key'>;
type Amount = Pick<Order, 'durationMs' | 'requestsMax' | 'perSecond'>;

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

function firstToken({ firstTokenMs }: LoadResult): Pick<Cell, 'firstTokenP50Ms' | 'firstTokenP99Ms'> {
  const at = (share: number) =>
    firstTokenMs[Math.min(firstTokenMs.length - 1, Math.floor(firstTokenMs.length * share))];
  return { firstTokenP50Ms: at(0.5) ?? 0, firstTokenP99Ms: at(0.99) ?? 0 };
}

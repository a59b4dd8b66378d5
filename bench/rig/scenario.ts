/** What is played with every contender, and what is told of it. */
import { processorTime, quiet } from '../processor-time.ts';
import { type Contender, pathOf, type Running } from './contender.ts';
import { heldDuring } from './process-tree.ts';
import { type Ask, type Dialect, requestOf } from './requests.ts';
import { type LoadResult, load, type Order, type Stage } from './stage.ts';

export interface Figure {
  readonly id: string;
  readonly title: string;
  readonly unit: 'µs' | 'ms' | 'kB' | 'MB' | '';
  /** Told as a ratio to the base too. */
  readonly compared: boolean;
}

export interface Play {
  readonly stage: Stage;
  readonly contender: Contender;
  readonly running: Running;
  readonly seconds: number;
  readonly seed: number;
  /** Of streams that are held, where the scenario holds some. */
  readonly streams: number;
}

export interface Played {
  /** By the figures' ids. */
  readonly figures: Readonly<Record<string, number>>;
  readonly loads: readonly LoadResult[];
}

export interface Scenario {
  readonly id: string;
  readonly title: string;
  /** One sentence: what is asked, how fast. */
  readonly what: string;
  /** The first is the one that is plotted. */
  readonly figures: readonly Figure[];
  can(contender: Contender): boolean;
  /** Throws when an answer was not whole: such a round tells nothing. */
  play(play: Play): Promise<Played>;
}

export interface Load {
  readonly ask: Ask;
  /** What the provider speaks. */
  readonly provider: Dialect;
  readonly perSecond: number;
  readonly marks: number;
  readonly connections: number;
  readonly more?: Partial<Order>;
}

export function speaks(contender: Contender, caller: Dialect, provider: Dialect): boolean {
  return contender.pairs.some((pair) => pair.caller === caller && pair.provider === provider);
}

export function orderFor({ running, contender, seconds, seed }: Play, wanted: Load): Order {
  const { ask, provider, perSecond, marks, connections, more } = wanted;
  const model = running.model(ask.model, provider);
  const request = requestOf(ask, { path: pathOf[ask.dialect], headers: running.headers(provider), model });
  return {
    address: `127.0.0.1:${running.port}`,
    requests: [request],
    perSecond: Math.min(perSecond, contender.perSecondMax ?? perSecond),
    seconds,
    seed,
    connections,
    marks,
    ...more,
  };
}

/** Throws when one answer failed, or lost something, or when the provider was asked another number of times. */
export async function whole(stage: Stage, order: Order): Promise<LoadResult> {
  const before = await stage.counts();
  const result = await load(stage, order);
  const { scheduled, answered, aborted, failed, failures, lostMarks, disorderedMarks } = result;
  if (failed > 0) throw new Error(`${failed} of ${scheduled} answers failed: ${JSON.stringify(failures)}`);
  if (answered + aborted === 0) throw new Error('Nothing was answered: the time is too short for the rate.');
  if (lostMarks + disorderedMarks > 0)
    throw new Error(`${lostMarks} pieces are missing, ${disorderedMarks} disordered.`);
  const asked = (await stage.counts()).requests - before.requests;
  if (asked < answered) throw new Error(`${answered} answers, but the provider was asked only ${asked} times.`);
  return result;
}

export interface Measured {
  readonly result: LoadResult;
  /** Of the whole process tree, and of the process alone. */
  readonly processorMs: number;
  readonly ownMs: number;
  readonly memoryMostBytes: number;
  readonly socketsMost: number;
}

/** What one load costs. What is written behind the answers counts: it is waited for. */
export async function measured(play: Play, order: Order): Promise<Measured> {
  const { pid } = play.running;
  const before = processorTime(pid);
  const { result, most } = await heldDuring(pid, () => whole(play.stage, order));
  const after = await quiet(pid, 3000);
  const ownMs = after.ownMs - before.ownMs;
  return {
    result,
    ownMs,
    processorMs: ownMs + after.childrenMs - before.childrenMs,
    memoryMostBytes: most.memoryBytes,
    socketsMost: most.sockets,
  };
}

/** The figures that every load has. */
export function figuresOf({ result, processorMs, ownMs, memoryMostBytes, socketsMost }: Measured) {
  const requests = result.answered + result.aborted;
  return {
    cpu: (processorMs * 1000) / requests,
    ownCpu: (ownMs * 1000) / requests,
    latencyP50: result.latency.p50 / 1e6,
    latencyP99: result.latency.p99 / 1e6,
    firstTokenP50: result.firstToken.p50 / 1e6,
    firstTokenP99: result.firstToken.p99 / 1e6,
    memory: memoryMostBytes / 1e6,
    sockets: socketsMost,
    lagP99: result.lag.p99 / 1e6,
  };
}

export const common: readonly Figure[] = [
  { id: 'cpu', title: 'processor time per request, whole tree', unit: 'µs', compared: true },
  { id: 'ownCpu', title: 'of it the process itself', unit: 'µs', compared: true },
  { id: 'firstTokenP50', title: 'first token p50', unit: 'ms', compared: false },
  { id: 'firstTokenP99', title: 'first token p99', unit: 'ms', compared: false },
  { id: 'latencyP50', title: 'whole answer p50', unit: 'ms', compared: false },
  { id: 'latencyP99', title: 'whole answer p99', unit: 'ms', compared: false },
  { id: 'memory', title: 'most memory, whole tree', unit: 'MB', compared: false },
  { id: 'sockets', title: 'most sockets', unit: '', compared: false },
  { id: 'lagP99', title: 'the generator itself late, p99', unit: 'ms', compared: false },
];

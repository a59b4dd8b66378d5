/**
 * `npm run bench:live`: what viewers of the live page cost the data plane. The same paced load of streams with nobody
 * looking and with many, in turns; the middle of the rounds counts. Prints time to the first token and processor time of
 * a request, and the ratios.
 *
 * --viewers N      default 200
 * --rounds N       default 5
 * --per-second N   default 20 streams of 100 chunks
 * --seconds N      default 6, for each round
 */
import { parseArgs } from 'node:util';
import { startTollgate } from './contender.ts';
import type { Watched } from './live-viewers.ts';
import type { LoadResult, Order } from './load.ts';
import { processorTime, quiet } from './processor-time.ts';
import { requestBytes } from './script.ts';
import { Worker } from './worker.ts';

const { values: options } = parseArgs({
  options: {
    viewers: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '5' },
    'per-second': { type: 'string', default: '20' },
    seconds: { type: 'string', default: '6' },
  },
});

const manager = 'tgm-bench-000000000000000000000000000';
const key = 'tg-bench-0000000000000000000000000000';
const [provider, load] = await Promise.all([Worker.start('fake-provider'), Worker.start('load')]);
const tollgate = await startTollgate(provider.port, {
  config: { keys: { bench: { key }, manager: { key: manager } } },
});
const viewers = await Worker.start('live-viewers', [String(tollgate.port), manager]);

interface Round {
  readonly p50: number;
  readonly p99: number;
  /** Processor time of the gateway's own process for one request. */
  readonly microsEach: number;
  readonly megabytes: number;
}

const alone: Round[] = [];
const watched: Round[] = [];
try {
  await round(0, 2);
  for (let i = 0; i < Number(options.rounds); i++) {
    // Who goes first changes, so that what drifts hits both.
    for (const count of i % 2 === 0 ? [0, Number(options.viewers)] : [Number(options.viewers), 0])
      (count === 0 ? alone : watched).push(await round(count, Number(options.seconds)));
  }
} finally {
  viewers.stop();
  await tollgate.stop();
  provider.stop();
  load.stop();
}
console.log(
  `${options['per-second']} streams of 100 chunks a second, nobody looking beside ${options.viewers} viewers:`,
);
line('time to the first token, p50', 'ms', ({ p50 }) => p50);
line('time to the first token, p99', 'ms', ({ p99 }) => p99);
line('processor time of a request', 'us', ({ microsEach }) => microsEach);
console.log(`viewers were sent ${middle(watched, ({ megabytes }) => megabytes).toFixed(1)} MB in each round`);

async function round(count: number, seconds: number): Promise<Round> {
  await viewers.ask({ viewers: count }, 60_000);
  const before = await quiet(tollgate.pid, 2_000);
  const order: Order = {
    port: tollgate.port,
    request: requestBytes('chat-completions', 'stream', tollgate.model, key).toString('base64'),
    connections: 64,
    durationMs: seconds * 1_000,
    requestsMax: 1_000_000,
    perSecond: Number(options['per-second']),
  };
  const { requests, firstTokenMs, failures, failure } = (await load.ask(order, seconds * 1_000 + 30_000)) as LoadResult;
  if (failures > 0) throw new Error(`${failures} requests failed: ${failure}`);
  const spentMs = processorTime(tollgate.pid).ownMs - before.ownMs;
  const { bytes } = (await viewers.ask({ viewers: 0 }, 60_000)) as Watched;
  const at = (share: number) => firstTokenMs[Math.floor((firstTokenMs.length - 1) * share)] ?? 0;
  return { p50: at(0.5), p99: at(0.99), microsEach: (spentMs / requests) * 1_000, megabytes: bytes / 1e6 };
}

function line(what: string, unit: string, of: (round: Round) => number): void {
  const [without, beside] = [middle(alone, of), middle(watched, of)];
  const ratio = (beside / without).toFixed(2);
  console.log(`${what}: ${without.toFixed(2)} ${unit} alone, ${beside.toFixed(2)} ${unit} watched, ratio ${ratio}`);
}

function middle(rounds: readonly Round[], of: (round: Round) => number): number {
  return rounds.map(of).toSorted((one, other) => one - other)[Math.floor(rounds.length / 2)] ?? 0;
}

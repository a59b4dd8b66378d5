/**
 * `npm run bench:export`: what an export of the log costs the data plane. The same paced load of chats with nobody
 * exporting and with somebody who reads the whole log again and again as fast as it comes, in turns; the middle of the
 * rounds counts. Prints p50 and p99 of the answer and the ratios.
 *
 * --rows N         in the log; default 100,000
 * --rounds N       default 7
 * --per-second N   default 50 chats
 * --seconds N      default 6, for each round
 */
import { parseArgs } from 'node:util';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { openStore } from '../../src/store/store.ts';
import { startTollgate } from '../contender.ts';
import type { LoadResult, Order } from '../load.ts';
import { requestBytes } from '../script.ts';
import { Worker } from '../worker.ts';
import { startDatabase } from './database.ts';
import type { Exported } from './export-reader.ts';
import { generateUsage } from './generate.ts';

const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '7' },
    'per-second': { type: 'string', default: '50' },
    seconds: { type: 'string', default: '6' },
  },
});

interface Round {
  readonly p50: number;
  readonly p99: number;
  readonly megabytes: number;
}

const manager = 'tgm-bench-000000000000000000000000000';
const key = 'tg-bench-0000000000000000000000000000';
const patienceMs = 60_000;
const database = await startDatabase();
const stops: (() => Promise<void> | void)[] = [() => database.stop()];
const alone: Round[] = [];
const beside: Round[] = [];
try {
  const store = await openStore({ dataDir: '', url: database.url, clock: systemClock, log: silentLog });
  await store.close();
  await generateUsage(database.url, { rows: Number(options.rows), days: 20 }, () => {});
  const [provider, load] = await Promise.all([Worker.start('fake-provider'), Worker.start('load')]);
  stops.push(
    () => provider.stop(),
    () => load.stop(),
  );
  const tollgate = await startTollgate(provider.port, {
    config: {
      // On a machine that does other things too, waiting is what is measured, and not refused.
      server: { limits: { lagMsMax: 0 } },
      database: { url: database.url },
      keys: { bench: { key }, manager: { key: manager } },
    },
  });
  stops.push(() => tollgate.stop());
  const reader = await Worker.start('usage/export-reader', [String(tollgate.port), manager]);
  stops.push(() => reader.stop());
  const round = async (on: boolean, seconds: number): Promise<Round> => {
    await reader.ask({ on }, patienceMs);
    const order: Order = {
      port: tollgate.port,
      request: requestBytes('chat-completions', 'chat', tollgate.model, key).toString('base64'),
      connections: 32,
      durationMs: seconds * 1_000,
      requestsMax: 1_000_000,
      perSecond: Number(options['per-second']),
    };
    const { firstTokenMs, failures, failure } = (await load.ask(order, seconds * 1_000 + patienceMs)) as LoadResult;
    if (failures > 0) throw new Error(`${failures} requests failed: ${failure}`);
    const { bytes } = (await reader.ask({ on: false }, patienceMs)) as Exported;
    if (on && bytes === 0) throw new Error('Nothing was exported.');
    const at = (share: number) => firstTokenMs[Math.floor((firstTokenMs.length - 1) * share)] ?? 0;
    return { p50: at(0.5), p99: at(0.99), megabytes: bytes / 1e6 };
  };
  await round(true, 3);
  for (let i = 0; i < Number(options.rounds); i++) {
    // Who goes first changes, so that what drifts hits both.
    for (const on of i % 2 === 0 ? [false, true] : [true, false])
      (on ? beside : alone).push(await round(on, Number(options.seconds)));
  }
} finally {
  for (const stop of stops.toReversed()) await stop();
}

console.log(`${options['per-second']} chats a second, alone and beside an export of ${options.rows} rows:`);
tell('answer, p50', ({ p50 }) => p50);
tell('answer, p99', ({ p99 }) => p99);
console.log(`the export read ${middle(beside, ({ megabytes }) => megabytes).toFixed(1)} MB in each round`);

function tell(what: string, of: (round: Round) => number): void {
  const [without, within] = [middle(alone, of), middle(beside, of)];
  const figures = `${without.toFixed(2)} ms alone, ${within.toFixed(2)} ms beside an export`;
  console.log(`${what}: ${figures}, ratio ${(within / without).toFixed(2)}`);
}

function middle(rounds: readonly Round[], of: (round: Round) => number): number {
  return rounds.map(of).toSorted((one, other) => one - other)[Math.floor(rounds.length / 2)] ?? 0;
}

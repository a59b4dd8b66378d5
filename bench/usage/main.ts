/**
 * `npm run bench:usage`: how fast lists, filters and charts are on ten million requests. Makes the rows up in an embedded
 * Postgres of its own, adds them up as the product does, and asks every question many times. What it needs and says:
 * bench/README.md.
 *
 * --rows N       default 10,000,000 (some 10 GB while it runs)
 * --days N       over which they are spread; default 30
 * --turns N      how often each question is asked; default 20
 * --keep DIR     keeps the database there, and uses it when it is there already
 * --only TEXT    questions whose name has it
 */
import { parseArgs } from 'node:util';
import { sql } from 'kysely';
import { type Api, createApi } from '../../src/control/api/api.ts';
import { createKey } from '../../src/control/keys/keys.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { SecretBox } from '../../src/lib/secret-box.ts';
import { openLiveSnapshot } from '../../src/snapshot/live.ts';
import { askForRebuild, daysToRebuild, rebuildDay } from '../../src/store/roll-ups/rebuild.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { startDatabase } from './database.ts';
import { generateUsage } from './generate.ts';
import { type Question, questions } from './questions.ts';

const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '10000000' },
    days: { type: 'string', default: '30' },
    turns: { type: 'string', default: '20' },
    keep: { type: 'string' },
    only: { type: 'string', default: '' },
  },
});
const sizes = { rows: Number(options.rows), days: Number(options.days) };
const turns = Number(options.turns);
/** A row of usage without content and without its indexes. */
const rowBytesMax = 1_024;

/** While the machine does other things, a statement that adds up may take longer than the product lets it. */
const patience = { statementTimeoutMs: 300_000 };

const say = (text: string) => console.log(text);
const stops: (() => Promise<void> | void)[] = [];
try {
  const { url, isNew, stop } = await startDatabase(options.keep);
  stops.push(stop);
  const store = await openStore({ dataDir: '', url, clock: systemClock, log: silentLog, poolSize: 8, ...patience });
  stops.push(() => store.close());
  if (isNew) await fill(url, store);
  await tellSizes(store);
  await askAll(store);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  for (const stop of stops.toReversed()) await stop();
}

async function fill(url: string, store: Store): Promise<void> {
  const startedMs = performance.now();
  await generateUsage(url, sizes, say);
  say(`${sizes.rows.toLocaleString('en')} rows in ${seconds(startedMs)} s`);
  const rollingMs = performance.now();
  await askForRebuild(store.db, 0, Date.now() + 86_400_000);
  for (const day of await daysToRebuild(store.db, 10_000)) {
    while (!(await rebuildDay(store.db, day)));
    say(`${new Date(day).toISOString().slice(0, 10)} added up, ${seconds(rollingMs)} s`);
  }
  say(`added up in ${seconds(rollingMs)} s`);
  for (const table of ['usage_minutes', 'usage_hours', 'usage_days'])
    await sql`ANALYZE ${sql.table(table)}`.execute(store.db);
}

function seconds(sinceMs: number): string {
  return ((performance.now() - sinceMs) / 1_000).toFixed(1);
}

async function tellSizes(store: Store): Promise<void> {
  const { rows } = await sql<{ name: string; bytes: number; row_bytes: number; rows: number }>`
    SELECT parent::text AS name, sum(pg_total_relation_size(leaf))::bigint AS bytes,
      sum(pg_table_size(leaf))::bigint AS row_bytes, sum(greatest(c.reltuples, 0))::bigint AS rows
    FROM (VALUES ('usage'::regclass), ('usage_minutes'), ('usage_hours'), ('usage_days')) AS t(parent),
      LATERAL pg_partition_tree(parent) AS p(leaf, up, isleaf, level), pg_class c
    WHERE isleaf AND c.oid = leaf GROUP BY 1 ORDER BY 2 DESC`.execute(store.db);
  for (const { name, bytes, rows: count } of rows)
    say(
      `${name.padEnd(14)} ${count.toLocaleString('en').padStart(12)} rows ${(bytes / 2 ** 20).toFixed(0).padStart(7)} MB`,
    );
  const usage = rows.find(({ name }) => name === 'usage');
  const count = Math.max(1, usage?.rows ?? 1);
  const each = (usage?.row_bytes ?? 0) / count;
  say(
    `${each.toFixed(0)} bytes a row of usage (at most ${rowBytesMax}), ${((usage?.bytes ?? 0) / count).toFixed(0)} with its indexes`,
  );
  if (each > rowBytesMax) process.exitCode = 1;
}

async function askAll(store: Store): Promise<void> {
  const names = {
    credentials: [],
    catalog: { models: [], find: () => undefined },
    routes: [],
    timeouts: { connectMs: 1, firstTokenMs: 1, wholeMs: 1, idleMs: 1, totalMs: 1 },
  };
  const snapshot = await openLiveSnapshot({ store, names, log: silentLog });
  const clock = systemClock;
  const secrets = new SecretBox(['bench-master-key-of-thirty-two-characters']);
  const refresh = () => snapshot.refresh();
  const api = await createApi({ store, snapshot, clock, log: silentLog, refresh, secrets, requestsPerMinute: 1e9 });
  const name = `bench-${Date.now()}`;
  const operator = await createKey(store, { name, kind: 'management' }, clock);
  const customer = await createKey(store, { name, kind: 'management', organization: 'bench-3' }, clock);
  await refresh();
  say(`\na second of processor time takes ${busyFactor().toFixed(1)} s by the clock, as busy as the machine is`);
  say(`${'question'.padEnd(46)} ${'p50'.padStart(8)} ${'p95'.padStart(8)}   at most`);
  for (const question of questions.filter(({ name: text }) => text.includes(options.only))) {
    tell(question, await ask(api, question, question.customer ? customer.key : operator.key));
  }
  await api.close();
  await snapshot.close();
}

/** What others on the machine take away: 1 where nobody else computes. Times below are by the clock, and so longer. */
function busyFactor(): number {
  const [startedMs, before] = [performance.now(), process.cpuUsage()];
  let spentMs = 0;
  while (spentMs < spinMs) {
    const { user, system } = process.cpuUsage(before);
    spentMs = (user + system) / 1_000;
  }
  return (performance.now() - startedMs) / spentMs;
}

const spinMs = 300;

/** Milliseconds of each turn, the first one too: somebody opens the page for the first time. */
async function ask(api: Api, question: Question, key: string): Promise<readonly number[]> {
  const times: number[] = [];
  for (let turn = 0; turn < turns; turn++) {
    const startedMs = performance.now();
    const { statusCode, payload } = await api.inject({
      method: 'GET',
      url: `/api/v1${question.ask(turn)}`,
      headers: { authorization: `Bearer ${key}` },
    });
    times.push(performance.now() - startedMs);
    if (statusCode !== 200) throw new Error(`${question.name}: ${statusCode} ${payload.slice(0, 300)}`);
  }
  return times.toSorted((a, b) => a - b);
}

function tell({ name, msMax }: Question, times: readonly number[]): void {
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  const text = (ms: number) => `${ms.toFixed(0)} ms`.padStart(8);
  const isSlow = at(0.95) > msMax;
  if (isSlow) process.exitCode = 1;
  say(`${name.padEnd(46)} ${text(at(0.5))} ${text(at(0.95))} ${text(msMax)}${isSlow ? '  TOO SLOW' : ''}`);
}

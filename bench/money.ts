/**
 * `npm run bench:money`: what exact money costs. In one run on one database: spends per second on one wallet through
 * leases beside the plain conditional UPDATE; and the processor time of a request that is held on budgets beside one that
 * is not. How it measures: bench/README.md.
 *
 * --rounds N         default 6; of the hot wallet at most 3
 * --profile DIR      Tollgate writes a .cpuprofile into DIR when it ends
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureOrganization } from '../src/control/organizations.ts';
import { creditWallet, walletOf } from '../src/ledger/wallet.ts';
import { systemClock } from '../src/lib/clock.ts';
import { silentLog } from '../src/lib/log.ts';
import { openEmbeddedPostgres } from '../src/store/embedded/embedded.ts';
import { openStore, type Store } from '../src/store/store.ts';
import { type Contender, startTollgate } from './contender.ts';
import { clients, type LeasedSpends, type Spends, spendByLeases, spendPlainly } from './hot-wallet.ts';
import { type Cell, measure, type Rig, rows, warmUp } from './rounds.ts';
import { Worker } from './worker.ts';

/** What the leases must be at least, and what a request with budgets may cost beside one without. */
const spendRatioMin = 10;
const processorRatioAim = 1.1;
const spendMs = 1_500;
const plainMs = 3_000;
const connections = 32;
/** Enough for every request of a run. */
const balanceNanoUsd = 1_000_000_000_000_000n;

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '6' }, profile: { type: 'string' } },
});
const rounds = Array.from({ length: Number(options.rounds) }, (_, round) => round);
const spendRounds = rounds.slice(0, 3);
const stops: (() => Promise<void> | void)[] = [];
try {
  const url = await startDatabase();
  const store = await openStore({ dataDir: '', url, clock: systemClock, log: silentLog });
  stops.push(() => store.close());
  await compareSpending(url, store);
  await compareRequests(url, store);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  for (const stop of stops.toReversed()) await stop();
}

async function startDatabase(): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tollgate-bench-money-'));
  chmodSync(dataDir, 0o711);
  const postgres = await openEmbeddedPostgres({ dataDir, clock: systemClock, log: silentLog });
  stops.push(async () => {
    await postgres.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const { host, user, password, database } = postgres.address.config;
  return `postgres://${user}:${encodeURIComponent(String(password))}@/${database}?host=${encodeURIComponent(String(host))}`;
}

/** In turns, since the machine may be busier at one moment than at another; the ratio is taken within each round. */
async function compareSpending(url: string, store: Store): Promise<void> {
  const organizationId = await fund(store, 'hot');
  const pairs: [LeasedSpends, Spends][] = [];
  for (const round of spendRounds) {
    const leased = () => spendByLeases(store, organizationId, spendMs);
    const plain = () => spendPlainly(url, plainMs);
    if (round % 2 === 0) pairs.push([await leased(), await plain()]);
    else {
      const first = await plain();
      pairs.push([await leased(), first]);
    }
  }
  await checkWallet(
    store,
    organizationId,
    pairs.reduce((sum, [{ spends }]) => sum + spends, 0),
  );
  const table = (read: (pair: [LeasedSpends, Spends]) => number): string => median(pairs.map(read)).toFixed(0);
  const ratio = median(pairs.map(([leased, plain]) => leased.perSecond / plain.perSecond));
  const posted = median(pairs.map(([leased, plain]) => leased.postedPerSecond / plain.perSecond));
  console.log(`Spends per second on one wallet, ${clients} clients, ${spendRounds.length} rounds:

| | a second | beside the plain UPDATE |
|:--|--:|--:|
| conditional UPDATE and an entry | ${table(([, plain]) => plain.perSecond)} | 1 |
| leases: what callers wait for | ${table(([leased]) => leased.perSecond)} | **${ratio.toFixed(1)}** |
| leases: to the last row in the ledger | ${table(([leased]) => leased.postedPerSecond)} | ${posted.toFixed(1)} |
`);
  if (ratio >= spendRatioMin) return;
  console.error(`Leases are ${ratio.toFixed(1)} times as fast as the plain UPDATE, and should be ${spendRatioMin}.`);
  process.exitCode = 1;
}

/** Every spend is in the wallet, once. */
async function checkWallet(store: Store, organizationId: string, spends: number): Promise<void> {
  const wallet = await walletOf(store.db, organizationId);
  const left = balanceNanoUsd - BigInt(spends) * 1_000n;
  if (wallet?.paidNanoUsd !== left) throw new Error(`The wallet has ${wallet?.paidNanoUsd}, and should have ${left}.`);
}

async function fund(store: Store, name: string): Promise<string> {
  const organizationId = await ensureOrganization(store.db, name, systemClock);
  const spending = { billing: 'prepaid', spends: 'wallet' } as const;
  await store.db.updateTable('organizations').set(spending).where('id', '=', organizationId).execute();
  const credit = { organizationId, amountNanoUsd: balanceNanoUsd, idempotencyKey: `bench:${name}` };
  await creditWallet(store, { ...credit, from: 'operator' }, systemClock);
  return organizationId;
}

/** The same process with two keys: one that nothing limits, and one whose organization pays ahead and that has budgets. */
async function compareRequests(url: string, store: Store): Promise<void> {
  const [provider, load] = await Promise.all([Worker.start('fake-provider'), Worker.start('load')]);
  stops.push(
    () => provider.stop(),
    () => load.stop(),
  );
  const paying = 'tg-bench-money-00000000000000000000000';
  const free = 'tg-bench-free-000000000000000000000000';
  const budgets = [
    { usd: 1_000_000, window: 'month' },
    { tokens: 1_000_000_000_000, window: 'month' },
  ];
  await fund(store, 'payer');
  const tollgate = await startTollgate(provider.port, {
    profileDir: options.profile,
    config: {
      database: { url },
      organizations: { payer: { billing: 'prepaid' } },
      keys: { paying: { key: paying, organization: 'payer', budgets }, free: { key: free } },
    },
  });
  stops.push(() => tollgate.stop());
  const rig = { provider, load, connections };
  const off = { ...tollgate, name: 'budgets off', key: free };
  const on = { ...tollgate, name: 'budgets on', key: paying };
  for (const row of rows.filter(({ id }) => id === 'chat' || id === 'stream')) await compareRow(rig, row, off, on);
}

async function compareRow(rig: Rig, row: (typeof rows)[number], off: Contender, on: Contender): Promise<void> {
  for (const each of [off, on]) await warmUp(rig, row, each);
  const pairs: [off: Cell, on: Cell][] = [];
  for (const round of rounds) {
    const [first, second] = round % 2 === 0 ? [off, on] : [on, off];
    const cells = [await measure(rig, row, first, round), await measure(rig, row, second, round)];
    pairs.push(round % 2 === 0 ? [cells[0] as Cell, cells[1] as Cell] : [cells[1] as Cell, cells[0] as Cell]);
  }
  const ratios = pairs.map(([without, held]) => held.ownMicros / without.ownMicros);
  // Noise only adds, so the least of the rounds is nearest to what a request costs.
  const least = (place: 0 | 1) => Math.min(...pairs.map((pair) => pair[place].ownMicros));
  const ratio = least(1) / least(0);
  const spread = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}, median ${median(ratios).toFixed(2)}`;
  console.log(
    `${row.title}: ${least(0).toFixed(0)} µs of processor time without budgets, ${least(1).toFixed(0)} µs with a wallet and two budgets: **${ratio.toFixed(2)}** (aim ${processorRatioAim}; within rounds ${spread})`,
  );
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

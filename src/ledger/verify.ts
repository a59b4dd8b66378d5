/** Recomputes the books from what they were made of, and names every row that does not agree. Reads only. */
import { sql } from 'kysely';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Store } from '../store/store.ts';
import { addEntries, checkAccounts, checkTransfers, nameEntries, type Sums } from './verify/books.ts';
import { checkDigests, checkHead, checkLinks, genesis, type Head, nextPage } from './verify/chain.ts';
import { checkRecentUsage, checkSpent, checkUsage, checkUsageTransfers } from './verify/charges.ts';
import { type Checkpoint, databaseTime, freshCheckpoint, keepCheckpoint } from './verify/checkpoint.ts';
import { type Finding, Findings } from './verify/findings.ts';
import { checkFunds, checkGrants, checkLeases } from './verify/holds.ts';

export interface Verification {
  /** How many findings mean that the books are wrong. 0 is right. */
  readonly drift: number;
  readonly warnings: number;
  /** The first thousand. */
  readonly findings: readonly Finding[];
  readonly counts: VerifiedCounts;
  readonly head: Head;
  /** Only what came after this link was read; absent: everything. */
  readonly since?: Head;
}

/** With what an earlier check had counted, where this one went on from it; rows of usage are those that were read. */
export interface VerifiedCounts {
  readonly links: number;
  readonly transfers: number;
  readonly entries: number;
  readonly accounts: number;
  readonly usageRows: number;
  readonly openLeases: number;
}

/** A rule of a feature above the ledger: payments against its entries. It reads only, and tells `found`. */
export type LedgerCheck = (db: Store['db'], found: Findings) => Promise<void>;

export interface VerifyOptions {
  readonly checks?: readonly LedgerCheck[];
  /** Nothing runs and no gateway has a lease: then nothing may be held. */
  readonly idle?: boolean;
  /** A head that somebody kept: the chain must still go through it. */
  readonly anchor?: Head;
  /** Where to go on instead of at the beginning. */
  readonly since?: Checkpoint | undefined;
}

/**
 * All in one snapshot of the database, page by page, so that no statement is long however many rows there are. Throws
 * StoreError. Takes 0.1 to 0.2 ms for each transfer on a busy machine.
 */
export function verifyLedger(store: Pick<Store, 'db'>, options: VerifyOptions = {}): Promise<Verification> {
  return reading(store, async (db) => (await verifyIn(db, options)).result);
}

/** All that `work` reads is as of one moment. */
function reading<T>(store: Pick<Store, 'db'>, work: (db: Store['db']) => Promise<T>): Promise<T> {
  const transaction = store.db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only');
  return transaction.execute(work);
}

interface Verified {
  readonly result: Verification;
  /** For the next one, where nothing was wrong. */
  readonly checkpoint: Checkpoint;
}

async function verifyIn(db: Store['db'], options: VerifyOptions): Promise<Verified> {
  const { checks = [], idle = false, anchor = options.since?.head, since } = options;
  const found = new Findings();
  const verifiedAt = await databaseTime(db);
  const { head, sums, ...books } = await checkBooks(db, since, found);
  if (anchor !== undefined) await checkAnchor(db, anchor, found);
  const usageRows = await checkCharges(db, since, found);
  const openLeases = await checkLeases(db, idle, found);
  await checkGrants(db, found);
  await checkFunds(db, found);
  for (const check of checks) await check(db, found);
  const { drift, warnings, list } = found;
  const counts = { ...books.counts, usageRows, openLeases };
  const result = { drift, warnings, findings: list, counts, head, ...(since && { since: since.head }) };
  const { transfers, entries } = counts;
  return { result, checkpoint: { head, sums, transfers, entries, verifiedAt } };
}

/** What budgets counted is the sum of all usage of their windows: it is looked at only where all usage is read. */
async function checkCharges(db: Store['db'], since: Checkpoint | undefined, found: Findings): Promise<number> {
  if (since !== undefined) return checkRecentUsage(db, since.verifiedAt, found);
  const usage = await checkUsage(db, found);
  await checkSpent(db, usage, found);
  return usage.rows;
}

/** The chain once, with all that can be told of a transfer on the way. */
async function checkBooks(db: Store['db'], since: Checkpoint | undefined, found: Findings) {
  const sums: Sums = new Map(since?.sums);
  const changed: string[] = [];
  let head = since?.head ?? (await genesis(db));
  const counts = { links: head.seq, transfers: since?.transfers ?? 0, entries: since?.entries ?? 0 };
  for (let page = await nextPage(db, head.seq); page !== undefined; page = await nextPage(db, page.to)) {
    head = await checkLinks(db, page, head, found);
    changed.push(...(await checkDigests(db, page, found)));
    await checkTransfers(db, page, found);
    await checkUsageTransfers(db, page, found);
    counts.entries += await addEntries(db, page, sums);
    counts.transfers += page.transfers;
    counts.links += page.to - page.from + 1;
  }
  await checkHead(db, head, found);
  const odd = await checkAccounts(db, sums, found);
  await nameEntries(db, changed, odd, found);
  return { head, sums, counts: { ...counts, accounts: sums.size } };
}

async function checkAnchor(db: Store['db'], anchor: Head, found: Findings): Promise<void> {
  const { rows } = await sql<{ hash: string }>`
    SELECT encode(hash, 'hex') AS hash FROM ledger_links WHERE seq = ${anchor.seq}`.execute(db);
  const [link] = rows;
  if (link?.hash === anchor.hash) return;
  const message = link === undefined ? 'it is not there any more' : `its hash is ${link.hash}, and was ${anchor.hash}`;
  found.drifts('chain', `link ${anchor.seq}`, message);
}

/** Results are kept this long. */
const keptDays = 90;
/** A check must not use more than this part of the time, whatever there is to read. */
const timeShare = 0.1;

export interface CheckParts {
  readonly store: Pick<Store, 'db'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** "tolv": the class of the advisory lock, so that it meets nobody else's. */
const lockClass = 0x746f6c76;

/** Undefined while another one runs, at whichever instance: they would only be in each other's way. */
function verifyAlone(store: Pick<Store, 'db'>, options: VerifyOptions): Promise<Verified | undefined> {
  return reading(store, async (db) => {
    const { rows } = await sql<{ mine: boolean }>`
      SELECT pg_try_advisory_xact_lock(${lockClass}, hashtext(current_schema())) AS mine`.execute(db);
    return rows[0]?.mine ? verifyIn(db, { ...options, since: await freshCheckpoint(db) }) : undefined;
  });
}

/**
 * Verifies what came since the last one that found nothing wrong, and once a day everything; keeps the result for whoever
 * watches, and says so when the books are wrong. Undefined: too soon again, or one runs already.
 */
export async function checkLedger(parts: CheckParts, options: VerifyOptions = {}): Promise<Verification | undefined> {
  const { store, clock, log } = parts;
  const last = await lastLedgerCheck(store.db);
  if (last !== undefined && last.agoMs < last.tookMs / timeShare) return undefined;
  const startedMs = clock.monotonicMs();
  const verified = await verifyAlone(store, options);
  if (verified === undefined) return undefined;
  const { result, checkpoint } = verified;
  if (result.drift === 0) await keepCheckpoint(store.db, checkpoint, result.since === undefined);
  const { drift, warnings, findings, counts } = result;
  const row = { drift, warnings, findings: JSON.stringify(findings), counts: JSON.stringify(counts) };
  const took_ms = clock.monotonicMs() - startedMs;
  await store.db
    .insertInto('ledger_checks')
    .values({ took_ms, ...row })
    .execute();
  await sql`DELETE FROM ledger_checks WHERE checked_at < now() - make_interval(days => ${keptDays})`.execute(store.db);
  const first = findings.find(({ level }) => level === 'drift');
  if (drift > 0) log.error({ drift, ...first }, 'the ledger does not agree with itself; run "tollgate ledger verify"');
  else if (warnings > 0) log.warn({ warnings, ...findings[0] }, 'the check of the ledger has something to tell');
  return result;
}

export interface LastCheck {
  readonly drift: number;
  readonly warnings: number;
  readonly tookMs: number;
  /** By the database's clock. */
  readonly agoMs: number;
}

/** Undefined: there was none yet. */
export async function lastLedgerCheck(db: Store['db']): Promise<LastCheck | undefined> {
  const { rows } = await sql<LastCheck>`
    SELECT drift, warnings, took_ms AS "tookMs", extract(epoch FROM now() - checked_at)::float8 * 1000 AS "agoMs"
    FROM ledger_checks ORDER BY id DESC LIMIT 1`.execute(db);
  return rows[0];
}

/** An organization's money: what it paid in, what it was given, what it owes. */
import { sql } from 'kysely';
import type { Clock } from '../lib/clock.ts';
import { newId } from '../lib/id.ts';
import { formatUsd } from '../lib/money.ts';
import type { Store } from '../store/store.ts';
import { lockLedger, type Posted, post } from './post.ts';
import { reclaim } from './reclaim.ts';
import { LedgerRefusal } from './refusal.ts';

export interface Wallet {
  /** Paid in and not spent. */
  readonly paidNanoUsd: bigint;
  /** Given, not expired and not spent. It is spent before what was paid in. */
  readonly creditNanoUsd: bigint;
  /** Lent to gateways for running and coming requests. */
  readonly heldNanoUsd: bigint;
  /** Paid and credit that nobody holds; below zero when requests cost more than was held for them. */
  readonly availableNanoUsd: bigint;
  /** Owed to us: disputed or refunded money that was spent already. Nothing is spent while there is any. */
  readonly receivableNanoUsd: bigint;
  /** Used and not billed yet (`billing: metered`). */
  readonly meteredNanoUsd: bigint;
  readonly blockedReason: string | undefined;
}

/** Undefined for an organization that is not there. */
export async function walletOf(db: Store['db'], organizationId: string): Promise<Wallet | undefined> {
  const { rows } = await sql<Record<string, bigint | string | null>>`
    SELECT o.blocked_reason,
      ${balance('wallet')} AS paid_usd, ${balance('credit')} AS credit_usd,
      ${balance('receivable')} AS receivable_usd, ${balance('metered')} AS metered_usd,
      coalesce((SELECT p.held_units FROM pots p WHERE p.id = 'wallet:' || o.id), 0) AS held_usd
    FROM organizations o WHERE o.id = ${organizationId}`.execute(db);
  const [row] = rows;
  if (row === undefined) return undefined;
  const amount = (name: string): bigint => BigInt(row[name] ?? 0);
  const funds = amount('paid_usd') + amount('credit_usd');
  return {
    paidNanoUsd: amount('paid_usd'),
    creditNanoUsd: amount('credit_usd'),
    heldNanoUsd: amount('held_usd'),
    availableNanoUsd: funds - amount('held_usd'),
    receivableNanoUsd: -amount('receivable_usd'),
    meteredNanoUsd: -amount('metered_usd'),
    blockedReason: typeof row.blocked_reason === 'string' ? row.blocked_reason : undefined,
  };
}

function balance(kind: string) {
  return sql`coalesce((SELECT a.posted_nano_usd FROM accounts a WHERE a.id = ${`${kind}:`} || o.id), 0)`;
}

export interface Credit {
  readonly organizationId: string;
  readonly amountNanoUsd: bigint;
  readonly idempotencyKey: string;
  readonly from: 'operator' | 'stripe';
  readonly description?: string;
  readonly reference?: Readonly<Record<string, unknown>>;
}

export const counterAccounts = { operator: 'house:operator', stripe: 'stripe:clearing' } as const;

/**
 * Money was paid in. Debt is paid back first. In the caller's transaction, so that the row that it came from is written
 * with it or not at all. Throws LedgerRefusal.
 */
export async function creditWalletIn(db: Store['db'], credit: Credit, clock: Clock): Promise<Posted> {
  const { organizationId, amountNanoUsd } = credit;
  requirePositive(amountNanoUsd);
  await lockLedger(db);
  const known = await replayOf(db, credit.idempotencyKey);
  const wallet = await requireWallet(db, organizationId);
  const debt = known ?? (wallet.receivableNanoUsd < amountNanoUsd ? wallet.receivableNanoUsd : amountNanoUsd);
  const posted = await post(
    db,
    {
      kind: 'top-up',
      organizationId,
      idempotencyKey: credit.idempotencyKey,
      entries: [
        { account: counterAccounts[credit.from], amountNanoUsd: -amountNanoUsd },
        { account: `receivable:${organizationId}`, amountNanoUsd: debt },
        { account: `wallet:${organizationId}`, amountNanoUsd: amountNanoUsd - debt },
      ].filter((entry) => entry.amountNanoUsd !== 0n),
      description: credit.description,
      reference: credit.reference,
    },
    clock,
  );
  if (!posted.replayed && debt > 0n && debt === wallet.receivableNanoUsd) await unblock(db, organizationId);
  return posted;
}

/** How much of a transfer that was made under this key went to the debt; undefined: there is none. */
async function replayOf(db: Store['db'], idempotencyKey: string): Promise<bigint | undefined> {
  const { rows } = await sql<{ debt_usd: bigint }>`
    SELECT coalesce((SELECT sum(e.amount_nano_usd)::bigint FROM entries e
      WHERE e.transfer_id = t.id AND e.account_id LIKE 'receivable:%'), 0) AS debt_usd
    FROM transfers t WHERE t.idempotency_key = ${idempotencyKey}`.execute(db);
  return rows[0]?.debt_usd;
}

export function creditWallet(store: Pick<Store, 'db'>, credit: Credit, clock: Clock): Promise<Posted> {
  return store.db.transaction().execute((db) => creditWalletIn(db, credit, clock));
}

export interface Grant {
  readonly organizationId: string;
  readonly kind: 'trial' | 'promotional' | 'plan';
  readonly amountNanoUsd: bigint;
  /** Absent: never. */
  readonly expiresAtMs?: number;
  readonly idempotencyKey: string;
  readonly description?: string;
}

/** Credit that is spent before paid money, and ends. In the caller's transaction. Throws LedgerRefusal. */
export async function grantCreditIn(db: Store['db'], grant: Grant, clock: Clock): Promise<Posted> {
  const { organizationId, kind, amountNanoUsd, expiresAtMs, description, idempotencyKey } = grant;
  requirePositive(amountNanoUsd);
  await requireWallet(db, organizationId);
  const posted = await post(
    db,
    {
      kind: 'grant',
      organizationId,
      idempotencyKey,
      entries: [
        { account: 'house:promotions', amountNanoUsd: -amountNanoUsd },
        { account: `credit:${organizationId}`, amountNanoUsd },
      ],
      description,
      reference: { grant: kind },
    },
    clock,
  );
  if (posted.replayed) return posted;
  if (kind === 'trial') await refuseSecondTrial(db, organizationId);
  await db
    .insertInto('grants')
    .values({
      id: newId('gr', clock.nowMs()),
      organization_id: organizationId,
      kind,
      amount_nano_usd: amountNanoUsd,
      remaining_nano_usd: amountNanoUsd,
      expires_at: expiresAtMs === undefined ? null : new Date(expiresAtMs),
      description: description ?? null,
    })
    .execute();
  return posted;
}

/** Under the ledger's lock, so that two at once are one after the other. */
async function refuseSecondTrial(db: Store['db'], organizationId: string): Promise<void> {
  const { rows } = await sql`
    SELECT 1 FROM grants WHERE organization_id = ${organizationId} AND kind = 'trial'`.execute(db);
  if (rows.length === 0) return;
  throw new LedgerRefusal('conflict', 'The organization had its trial credit.', 'Give promotional credit instead.');
}

export function grantCredit(store: Pick<Store, 'db'>, grant: Grant, clock: Clock): Promise<Posted> {
  return store.db.transaction().execute((db) => grantCreditIn(db, grant, clock));
}

export interface TakeBack {
  readonly organizationId: string;
  readonly amountNanoUsd: bigint;
  readonly idempotencyKey: string;
  readonly to: 'operator' | 'stripe';
  /** What is spent already is refused (nothing is taken), or becomes a debt that blocks all spending. */
  readonly missing: 'refuse' | 'owe';
  readonly description?: string;
  readonly reference?: Readonly<Record<string, unknown>>;
}

/**
 * Paid money goes back: a refund, a dispute. Gateways are asked for what they do not hold for running requests first.
 * Throws LedgerRefusal (`insufficient` names what is there).
 */
export async function takeBack(store: Store, request: TakeBack, clock: Clock): Promise<Posted> {
  requirePositive(request.amountNanoUsd);
  await reclaim(store, `wallet:${request.organizationId}`, request.amountNanoUsd, clock);
  return store.db.transaction().execute((db) => takeBackIn(db, request, clock));
}

/** Without asking gateways first: what they hold is not there to be taken. */
export async function takeBackIn(db: Store['db'], request: TakeBack, clock: Clock): Promise<Posted> {
  const { organizationId, amountNanoUsd, missing } = request;
  await lockLedger(db);
  await sql`SELECT 1 FROM pots WHERE id = ${`wallet:${organizationId}`} FOR UPDATE`.execute(db);
  const known = await replayOf(db, request.idempotencyKey);
  const wallet = await requireWallet(db, organizationId);
  const taken = known === undefined ? takable(wallet, amountNanoUsd) : amountNanoUsd + known;
  if (taken < amountNanoUsd && missing === 'refuse') throw tooLittle(taken, amountNanoUsd);
  const debt = amountNanoUsd - taken;
  const posted = await post(
    db,
    {
      kind: 'take-back',
      organizationId,
      idempotencyKey: request.idempotencyKey,
      entries: [
        { account: `wallet:${organizationId}`, amountNanoUsd: -taken },
        { account: `receivable:${organizationId}`, amountNanoUsd: -debt },
        { account: counterAccounts[request.to], amountNanoUsd },
      ].filter((entry) => entry.amountNanoUsd !== 0n),
      description: request.description,
      reference: request.reference,
    },
    clock,
  );
  if (!posted.replayed && debt > 0n) await block(db, organizationId, debt);
  return posted;
}

/** Of the paid money, what nobody holds. */
function takable({ paidNanoUsd, availableNanoUsd }: Wallet, wanted: bigint): bigint {
  const there = [paidNanoUsd, availableNanoUsd, wanted].reduce((least, each) => (each < least ? each : least));
  return there > 0n ? there : 0n;
}

async function block(db: Store['db'], organizationId: string, debtNanoUsd: bigint): Promise<void> {
  const reason = `${formatUsd(debtNanoUsd)} that was refunded or disputed had been spent already`;
  await db.updateTable('organizations').set({ blocked_reason: reason }).where('id', '=', organizationId).execute();
}

async function unblock(db: Store['db'], organizationId: string): Promise<void> {
  await db.updateTable('organizations').set({ blocked_reason: null }).where('id', '=', organizationId).execute();
}

async function requireWallet(db: Store['db'], organizationId: string): Promise<Wallet> {
  const wallet = await walletOf(db, organizationId);
  if (wallet !== undefined) return wallet;
  throw new LedgerRefusal('no-organization', `There is no organization ${organizationId}.`, 'List them first.');
}

function requirePositive(amountNanoUsd: bigint): void {
  if (amountNanoUsd > 0n) return;
  throw new LedgerRefusal('amount', `${formatUsd(amountNanoUsd)} is no amount to move.`, 'Give more than $0.');
}

function tooLittle(there: bigint, wanted: bigint): LedgerRefusal {
  const message = `${formatUsd(wanted)} cannot be taken back: ${formatUsd(there)} of what was paid in is not spent or held.`;
  return new LedgerRefusal('insufficient', message, 'Take at most that, or let the rest become a debt.');
}

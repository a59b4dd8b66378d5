/** Budgets as people manage them: how much may be used, by whom, in which time, and what happens then. */
import { sql } from 'kysely';
import { lockLedger } from '../../ledger/post.ts';
import type { Clock } from '../../lib/clock.ts';
import { newId } from '../../lib/id.ts';
import type { BudgetAction, BudgetOwnerKind, BudgetRow, BudgetUnit, BudgetWindow } from '../../store/schema/ledger.ts';
import type { Store } from '../../store/store.ts';
import { Refusal } from '../refusal.ts';
import { checkAction, checkOneOf, checkUnits, owners, units, windows } from './checks.ts';
import { ownerId } from './owner.ts';

export interface BudgetInfo {
  readonly id: string;
  readonly organizationId: string;
  readonly organization: string;
  readonly owner: BudgetOwnerKind;
  readonly ownerId: string;
  /** Of a project, a member or a key its name; of a tag the tag. */
  readonly ownerName: string;
  readonly unit: BudgetUnit;
  readonly window: BudgetWindow;
  /** Nano-dollars, tokens or requests. */
  readonly limitUnits: bigint;
  readonly action: BudgetAction;
  /** The route that takes over (`switch`). */
  readonly switchTo?: string;
  /** It counts nothing and refuses nothing. */
  readonly disabled: boolean;
  readonly source: 'created' | 'file';
  readonly createdAtMs: number;
  /** Of the window that runs now; absent until something was used or held in it. */
  readonly spentUnits?: bigint;
  readonly heldUnits?: bigint;
  /** When the window ends; absent for `total`. */
  readonly endsAtMs?: number;
}

export interface BudgetRequest {
  readonly organizationId: string;
  readonly owner: BudgetOwnerKind;
  /** Name or id of a project, member (made if it is not there) or key; the tag. Nothing for the organization. */
  readonly ownerName?: string;
  readonly unit: BudgetUnit;
  readonly window: BudgetWindow;
  readonly limitUnits: bigint;
  /** Default `refuse`. */
  readonly action?: BudgetAction;
  readonly switchTo?: string;
}

/** In the caller's transaction. Every gateway holds it within a second. Throws Refusal. */
export async function createBudget(db: Store['db'], request: BudgetRequest, clock: Clock): Promise<BudgetInfo> {
  const { organizationId, owner, unit, window, limitUnits, action = 'refuse', switchTo } = request;
  checkOneOf('an owner of budgets', owners, owner);
  checkOneOf('a unit of budgets', units, unit);
  checkOneOf('a window of budgets', windows, window);
  checkUnits(limitUnits);
  checkAction(action, switchTo);
  const id = newId('bud', clock.nowMs());
  await db
    .insertInto('budgets')
    .values({
      id,
      organization_id: organizationId,
      owner_kind: owner,
      owner_id: await ownerId(db, request, clock),
      unit,
      time_window: window,
      limit_units: limitUnits,
      action,
      switch_to: switchTo ?? null,
    })
    .execute();
  return requireBudget(db, id);
}

export interface BudgetFilter {
  readonly id?: string;
  readonly organizationId?: string;
  /** Default 1000. */
  readonly limit?: number;
  /** The last id of the page before. */
  readonly after?: string;
}

interface JoinedRow extends Omit<BudgetRow, 'limit_units'> {
  readonly organization: string;
  readonly owner_name: string;
  readonly limit_text: string;
  readonly spent_text: string | null;
  readonly held_text: string | null;
  readonly ends_at: Date | null;
}

/** Newest first, with what was used and is held in the present window. */
export async function listBudgets(db: Store['db'], filter: BudgetFilter = {}): Promise<readonly BudgetInfo[]> {
  const { id = null, organizationId = null, limit = 1_000, after = null } = filter;
  const { rows } = await sql<JoinedRow>`
    SELECT b.id, b.organization_id, b.owner_kind, b.owner_id, b.unit, b.time_window, b.action, b.switch_to, b.source,
      b.disabled, b.created_at, b.limit_units::text AS limit_text, o.name AS organization,
      coalesce(p.name, m.name, k.name, CASE b.owner_kind WHEN 'organization' THEN o.name ELSE b.owner_id END)
        AS owner_name,
      pot.spent_units::text AS spent_text, pot.held_units::text AS held_text, pot.ends_at
    FROM budgets b JOIN organizations o ON o.id = b.organization_id
      LEFT JOIN projects p ON b.owner_kind = 'project' AND p.id = b.owner_id
      LEFT JOIN members m ON b.owner_kind = 'member' AND m.id = b.owner_id
      LEFT JOIN keys k ON b.owner_kind = 'key' AND k.id = b.owner_id
      LEFT JOIN LATERAL (
        SELECT * FROM pots WHERE pots.budget_id = b.id AND (ends_at IS NULL OR (starts_at <= now() AND now() < ends_at))
        ORDER BY starts_at DESC LIMIT 1
      ) AS pot ON true
    WHERE (${id}::text IS NULL OR b.id = ${id}) AND (${after}::text IS NULL OR b.id < ${after})
      AND (${organizationId}::text IS NULL OR b.organization_id = ${organizationId})
    ORDER BY b.id DESC LIMIT ${limit}`.execute(db);
  return rows.map(toInfo);
}

export async function findBudget(db: Store['db'], id: string): Promise<BudgetInfo | undefined> {
  return (await listBudgets(db, { id }))[0];
}

export interface BudgetChange {
  readonly limitUnits?: bigint;
  readonly action?: BudgetAction;
  /** Null: none. */
  readonly switchTo?: string | null;
  readonly disabled?: boolean;
}

/** A new limit holds at once, for the present window too. Undefined: no such budget. Throws Refusal. */
export async function updateBudget(db: Store['db'], id: string, change: BudgetChange): Promise<BudgetInfo | undefined> {
  const before = await findBudget(db, id);
  if (before === undefined) return undefined;
  requireCreated(before);
  const { limitUnits = before.limitUnits, action = before.action, disabled = before.disabled } = change;
  const kept = action === 'switch' ? before.switchTo : undefined;
  const switchTo = change.switchTo === undefined ? kept : (change.switchTo ?? undefined);
  checkUnits(limitUnits);
  checkAction(action, switchTo);
  const values = { limit_units: limitUnits, action, switch_to: switchTo ?? null, disabled };
  await db.updateTable('budgets').set(values).where('id', '=', id).execute();
  return requireBudget(db, id);
}

/**
 * With what it counted; requests that run hold nothing of it any more. In the caller's transaction. False: there is no
 * such budget. Throws Refusal.
 */
export async function removeBudget(db: Store['db'], id: string): Promise<boolean> {
  const before = await findBudget(db, id);
  if (before === undefined) return false;
  requireCreated(before);
  // Whoever posts usage reads budgets under this lock, so that no pot comes into being meanwhile.
  await lockLedger(db);
  await sql`SELECT 1 FROM pots WHERE budget_id = ${id} ORDER BY id FOR UPDATE`.execute(db);
  await sql`DELETE FROM leases WHERE pot_id IN (SELECT pots.id FROM pots WHERE budget_id = ${id})`.execute(db);
  await db.deleteFrom('pots').where('budget_id', '=', id).execute();
  await db.deleteFrom('budgets').where('id', '=', id).execute();
  return true;
}

function requireCreated({ id, source }: BudgetInfo): void {
  if (source === 'created') return;
  throw new Refusal(
    `The budget ${id} is declared in the configuration file.`,
    'Change it there, and start the gateway again.',
  );
}

async function requireBudget(db: Store['db'], id: string): Promise<BudgetInfo> {
  const budget = await findBudget(db, id);
  if (budget === undefined) throw new Error(`the budget ${id} is gone`);
  return budget;
}

function toInfo(row: JoinedRow): BudgetInfo {
  return {
    id: row.id,
    organizationId: row.organization_id,
    organization: row.organization,
    owner: row.owner_kind,
    ownerId: row.owner_id,
    ownerName: row.owner_name,
    unit: row.unit,
    window: row.time_window,
    limitUnits: BigInt(row.limit_text),
    action: row.action,
    disabled: row.disabled,
    source: row.source,
    createdAtMs: row.created_at.getTime(),
    ...(row.switch_to !== null && { switchTo: row.switch_to }),
    ...(row.spent_text !== null && { spentUnits: BigInt(row.spent_text) }),
    ...(row.held_text !== null && { heldUnits: BigInt(row.held_text) }),
    ...(row.ends_at !== null && { endsAtMs: row.ends_at.getTime() }),
  };
}

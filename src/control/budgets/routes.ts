/** `/api/v1/budgets`. */

import { z } from 'zod';
import { defined } from '../../lib/defined.ts';
import { formatUsd, parseUsd } from '../../lib/money.ts';
import type { BudgetUnit } from '../../store/schema/ledger.ts';
import { checkOwner, visibleOrganization } from '../api/access.ts';
import type { Caller } from '../api/caller.ts';
import { ApiFailure, notFound } from '../api/failure.ts';
import { id, time } from '../api/fields.ts';
import { pageOf, pageQuery, toPage } from '../api/page.ts';
import { type ApiRoute, route } from '../api/route.ts';
import { nameLengthMax } from '../names.ts';
import { Refusal } from '../refusal.ts';
import { type BudgetInfo, createBudget, findBudget, listBudgets, removeBudget, updateBudget } from './budgets.ts';

const tag = 'budgets';
const params = z.strictObject({ budgetId: id('bud') });
const owner = z.enum(['organization', 'project', 'member', 'key', 'tag']);
const unit = z.enum(['usd', 'tokens', 'requests']);
const window = z
  .enum(['day', 'week', 'month', 'total'])
  .describe('By the clock of the organization; weeks begin on Monday.');
const action = z.enum(['refuse', 'warn', 'switch']);
const amount = z
  .string()
  .regex(/^\d{1,16}(\.\d{1,9})?$/)
  .describe('Dollars ("10.50"), or a whole number of tokens or requests ("1000000").');
const switchTo = z.string().min(1).max(nameLengthMax).describe('Of `switch`: the route that takes over.');

const budget = z
  .object({
    id: z.string(),
    organizationId: z.string(),
    owner,
    ownerId: z.string(),
    ownerName: z.string(),
    unit,
    window,
    limit: amount,
    action,
    switchTo: z.string().nullable(),
    disabled: z.boolean(),
    source: z.enum(['created', 'file']).describe('file: the configuration file declares it, and alone may change it.'),
    spent: z.string().describe('In the present window, as far as it is in the database.'),
    held: z.string().describe('Lent to gateways for running and coming requests.'),
    endsAt: time.nullable().describe('When the present window ends; null: never, or nothing was used in it.'),
    createdAt: time,
  })
  .meta({ id: 'Budget' });

export const budgetRoutes: readonly ApiRoute[] = [
  route({
    method: 'GET',
    path: '/budgets',
    tag,
    summary: 'List budgets, newest first',
    query: z.strictObject({ ...pageQuery, organizationId: id('org').optional() }),
    answer: pageOf(budget),
    async handle({ caller, query: { limit, after, organizationId } }, { store }) {
      if (organizationId !== undefined) checkOwner(caller, organizationId, 'organization', organizationId);
      const only = organizationId ?? visibleOrganization(caller);
      const rows = await listBudgets(store.db, {
        limit: limit + 1,
        ...(only !== undefined && { organizationId: only }),
        ...(after !== undefined && { after }),
      });
      return toPage(rows.map(shown), limit, (row) => row.id);
    },
  }),
  route({
    method: 'POST',
    path: '/budgets',
    tag,
    summary: 'Create a budget',
    description:
      'A request holds on all budgets that it counts for at once: those of its key, the key’s member and project, the organization and its tags.',
    status: 201,
    body: z.strictObject({
      organizationId: id('org').optional().describe('That of the management key when absent.'),
      owner,
      ownerName: z
        .string()
        .min(1)
        .max(nameLengthMax)
        .optional()
        .describe('Name or id of a project, member or key; the tag. Nothing for the organization.'),
      unit,
      window,
      limit: amount,
      action: action.optional().describe('refuse when absent.'),
      switchTo: switchTo.optional(),
    }),
    answer: budget,
    async handle({ caller, body, write }, { clock }) {
      const { organizationId = caller.organizationId, limit, ownerName, action: does, switchTo: route, ...rest } = body;
      checkOwner(caller, organizationId, 'organization', organizationId);
      checkMayLimit(caller, rest.owner);
      return write(async (db) => {
        const request = {
          ...rest,
          organizationId,
          limitUnits: toUnits(rest.unit, limit),
          ...(ownerName !== undefined && { ownerName }),
          ...(does !== undefined && { action: does }),
          ...(route !== undefined && { switchTo: route }),
        };
        return shown(await createBudget(db, request, clock));
      });
    },
  }),
  route({
    method: 'GET',
    path: '/budgets/{budgetId}',
    tag,
    summary: 'Get a budget',
    params,
    answer: budget,
    async handle({ caller, params: { budgetId } }, { store }) {
      return shown(owned(caller, await findBudget(store.db, budgetId), budgetId));
    },
  }),
  route({
    method: 'PATCH',
    path: '/budgets/{budgetId}',
    tag,
    summary: 'Change a budget: what is left out stays',
    description: 'A new limit holds everywhere within a second, for the present window too.',
    params,
    body: z.strictObject({
      limit: amount.optional(),
      action: action.optional(),
      switchTo: switchTo.nullable().optional(),
      disabled: z.boolean().optional(),
    }),
    answer: budget,
    async handle({ caller, params: { budgetId }, body, write }) {
      return write(async (db) => {
        const before = owned(caller, await findBudget(db, budgetId), budgetId);
        checkMayLimit(caller, before.owner);
        const { limit, ...rest } = body;
        const change = {
          ...defined(rest),
          ...(limit !== undefined && { limitUnits: toUnits(before.unit, limit) }),
        };
        return shown(owned(caller, await updateBudget(db, budgetId, change), budgetId));
      });
    },
  }),
  route({
    method: 'DELETE',
    path: '/budgets/{budgetId}',
    tag,
    summary: 'Remove a budget, with what it counted',
    status: 204,
    params,
    async handle({ caller, params: { budgetId }, write }) {
      await write(async (db) => {
        checkMayLimit(caller, owned(caller, await findBudget(db, budgetId), budgetId).owner);
        await removeBudget(db, budgetId);
      });
    },
  }),
];

function owned(caller: Caller, found: BudgetInfo | undefined, budgetId: string): BudgetInfo {
  if (found === undefined) throw notFound('budget', budgetId);
  checkOwner(caller, found.organizationId, 'budget', budgetId);
  return found;
}

/** What limits a whole organization is its operator's word, which it cannot take back itself. */
function checkMayLimit(caller: Caller, of: BudgetInfo['owner']): void {
  if (caller.role === 'operator' || of !== 'organization') return;
  throw new ApiFailure('forbidden', 'Budgets of a whole organization are for operators of the installation.', {
    remedy: 'Limit its projects, members, keys or tags, or ask the operator.',
  });
}

/** Throws Refusal. */
function toUnits(of: BudgetUnit, text: string): bigint {
  if (of === 'usd') return parseUsd(text);
  if (/^\d+$/.test(text)) return BigInt(text);
  throw new Refusal(`${JSON.stringify(text)} is not a number of ${of}.`, 'Use a whole number.');
}

function toText(of: BudgetUnit, units: bigint): string {
  return of === 'usd' ? formatUsd(units).replace('$', '') : String(units);
}

function shown(info: BudgetInfo) {
  const { organization: _, limitUnits, spentUnits, heldUnits, endsAtMs, createdAtMs, switchTo: route, ...rest } = info;
  return {
    ...rest,
    limit: toText(info.unit, limitUnits),
    spent: toText(info.unit, spentUnits ?? 0n),
    held: toText(info.unit, heldUnits ?? 0n),
    switchTo: route ?? null,
    endsAt: endsAtMs ?? null,
    createdAt: createdAtMs,
  };
}

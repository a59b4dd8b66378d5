/** `tollgate budgets create|list|update|remove`: limits in dollars, tokens or requests, for a time. */
import { type Command, Option } from 'commander';
import {
  type BudgetInfo,
  type BudgetRequest,
  createBudget,
  findBudget,
  listBudgets,
  removeBudget,
  updateBudget,
} from '../control/budgets/budgets.ts';
import { actions, windows } from '../control/budgets/checks.ts';
import { defaultOrganization, ensureOrganization } from '../control/organizations.ts';
import { systemClock } from '../lib/clock.ts';
import { formatUsd } from '../lib/money.ts';
import type { Store } from '../store/store.ts';
import { parseAmount, usdText } from './amount.ts';
import { addCommonOptions, type CommonOptions, type Context, withStore } from './context.ts';
import { organizationId } from './organization.ts';
import { CommandFailure, exitCodes } from './outcome.ts';
import { renderJson, renderTable } from './table.ts';

export function addBudgets(program: Command, context: Context): void {
  const budgets = program.command('budgets').description('limit what is used in a day, a week, a month or for ever');
  addCommonOptions(budgets.command('create').description('make a budget; every gateway holds it within a second'))
    .option('--organization <name>', 'whose; made if it is not there', defaultOrganization)
    .option('--project <name>', 'only of this project (made if it is not there)')
    .option('--member <name>', 'only of this member (made if it is not there)')
    .option('--key <key>', 'only of this key, by name or id')
    .option('--tag <tag>', 'only of requests with this tag (x-tollgate-tags)')
    .option('--usd <amount>', 'limit in dollars: 10 or 12.50')
    .option('--tokens <count>', 'limit in tokens, input and output together')
    .option('--requests <count>', 'limit in requests')
    .addOption(new Option('--window <time>', 'when it begins anew').choices([...windows]).default('month'))
    .addOption(new Option('--action <what>', 'at the limit').choices([...actions]).default('refuse'))
    .option('--switch-to <route>', 'the route or model that takes over (with --action switch)')
    .action((options: CreateOptions) => create(context, options));
  addCommonOptions(budgets.command('list').description('list budgets with what is used, newest first'))
    .option('--organization <name>', "only this organization's, by name or id")
    .action((options: ListOptions) => list(context, options));
  addCommonOptions(budgets.command('update').description('change a budget; what is left out stays'))
    .argument('<budget>', 'its id')
    .option('--limit <amount>', 'a new limit, in the unit that it has; it holds at once')
    .addOption(new Option('--action <what>', 'at the limit').choices([...actions]))
    .option('--switch-to <route>', 'the route or model that takes over (with --action switch)')
    .option('--off', 'count nothing and refuse nothing')
    .option('--on', 'count and hold again')
    .action((id: string, options: UpdateOptions) => update(context, id, options));
  addCommonOptions(budgets.command('remove').description('remove a budget, with what it counted'))
    .argument('<budget>', 'its id')
    .action((id: string, options: CommonOptions) => remove(context, id, options));
}

const owners = ['project', 'member', 'key', 'tag'] as const;
const limits = ['usd', 'tokens', 'requests'] as const;

interface CreateOptions
  extends CommonOptions,
    Partial<Record<(typeof owners)[number] | (typeof limits)[number], string>> {
  readonly organization: string;
  readonly window: BudgetRequest['window'];
  readonly action: NonNullable<BudgetRequest['action']>;
  readonly switchTo?: string;
}

async function create(context: Context, options: CreateOptions): Promise<void> {
  const { window, action, switchTo, organization } = options;
  const request = {
    ...ownerOf(options),
    ...limitOf(options),
    window,
    action,
    ...(switchTo !== undefined && { switchTo }),
  };
  const budget = await withStore(context, options, (store) =>
    store.db.transaction().execute(async (db) => {
      const id = await ensureOrganization(db, organization, systemClock);
      return createBudget(db, { ...request, organizationId: id }, systemClock);
    }),
  );
  if (options.json) return context.out(renderJson(toJson(budget)));
  context.out(`${budget.id}\n`);
  context.err(`${describe(budget)}\n`);
}

/** At most one of the owners; none: the whole organization. Throws CommandFailure. */
function ownerOf(options: CreateOptions): Pick<BudgetRequest, 'owner' | 'ownerName'> {
  const [owner, ...others] = owners.filter((name) => options[name] !== undefined);
  if (owner === undefined) return { owner: 'organization' };
  if (others.length === 0) return { owner, ownerName: options[owner] ?? '' };
  const told = [owner, ...others].map((name) => `--${name}`).join(' and ');
  throw new CommandFailure(exitCodes.usage, `A budget has one owner, and ${told} are two.`, 'Make a budget for each.');
}

/** Throws CommandFailure. */
function limitOf(options: CreateOptions): Pick<BudgetRequest, 'unit' | 'limitUnits'> {
  const [unit, ...others] = limits.filter((name) => options[name] !== undefined);
  if (unit === undefined || others.length > 0) {
    const remedy = 'Give one of --usd, --tokens and --requests.';
    throw new CommandFailure(exitCodes.usage, 'A budget has one limit.', remedy);
  }
  return { unit, limitUnits: parseUnits(`--${unit}`, unit, options[unit] ?? '') };
}

const countDigitsMax = 15;

/** Throws CommandFailure. */
function parseUnits(option: string, unit: BudgetRequest['unit'], text: string): bigint {
  if (unit === 'usd') return parseAmount(option, text);
  if (/^[1-9]\d*$/.test(text) && text.length <= countDigitsMax) return BigInt(text);
  const remedy = `Write a whole number of ${unit} above 0 with at most ${countDigitsMax} digits.`;
  throw new CommandFailure(exitCodes.usage, `${option} ${JSON.stringify(text.slice(0, 40))} is not a limit.`, remedy);
}

interface UpdateOptions extends CommonOptions {
  readonly limit?: string;
  readonly action?: NonNullable<BudgetRequest['action']>;
  readonly switchTo?: string;
  readonly off?: boolean;
  readonly on?: boolean;
}

async function update(context: Context, id: string, options: UpdateOptions): Promise<void> {
  const { limit, action, switchTo, off, on } = options;
  if (off && on)
    throw new CommandFailure(exitCodes.usage, 'A budget is either on or off.', 'Give one of --on and --off.');
  const budget = await withStore(context, options, (store) =>
    store.db.transaction().execute(async (db) => {
      const before = await findBudget(db, id);
      if (before === undefined) throw noBudget(id);
      return updateBudget(db, id, {
        ...(limit !== undefined && { limitUnits: parseUnits('--limit', before.unit, limit) }),
        ...(action !== undefined && { action }),
        ...(switchTo !== undefined && { switchTo }),
        ...((off || on) && { disabled: off === true }),
      });
    }),
  );
  if (budget === undefined) throw noBudget(id);
  context.out(
    options.json ? renderJson(toJson(budget)) : `${describe(budget)}${budget.disabled ? ' It is off.' : ''}\n`,
  );
}

function noBudget(id: string): CommandFailure {
  const told = JSON.stringify(id.slice(0, 80));
  return new CommandFailure(exitCodes.failure, `There is no budget ${told}.`, 'See "tollgate budgets list".');
}

interface ListOptions extends CommonOptions {
  readonly organization?: string;
}

async function list(context: Context, options: ListOptions): Promise<void> {
  const budgets = await withStore(context, options, async (store) => {
    const { organization } = options;
    return listAll(
      store,
      organization === undefined ? {} : { organizationId: await organizationId(store.db, organization) },
    );
  });
  if (options.json) return context.out(renderJson(budgets.map(toJson)));
  if (budgets.length === 0) return context.out('There are no budgets. Make one with "tollgate budgets create".\n');
  const rows = budgets.map((budget) => [
    budget.organization,
    budget.owner === 'organization' ? 'all' : `${budget.owner} ${budget.ownerName}`,
    amountOf(budget, budget.limitUnits),
    budget.window,
    amountOf(budget, budget.spentUnits ?? 0n),
    amountOf(budget, budget.heldUnits ?? 0n),
    budget.disabled ? 'off' : budget.switchTo === undefined ? budget.action : `switch to ${budget.switchTo}`,
    budget.id,
  ]);
  context.out(renderTable(['ORGANIZATION', 'OF', 'LIMIT', 'WINDOW', 'USED', 'AT GATEWAYS', 'ACTION', 'ID'], rows));
}

const pageRowsMax = 1_000;

async function listAll(store: Store, filter: { readonly organizationId?: string }): Promise<readonly BudgetInfo[]> {
  const budgets: BudgetInfo[] = [];
  for (let after: string | undefined; ; after = budgets.at(-1)?.id) {
    const page = await listBudgets(store.db, { ...filter, limit: pageRowsMax, ...(after !== undefined && { after }) });
    budgets.push(...page);
    if (page.length < pageRowsMax) return budgets;
  }
}

async function remove(context: Context, id: string, options: CommonOptions): Promise<void> {
  const removed = await withStore(context, options, (store) =>
    store.db.transaction().execute(async (db) => {
      const budget = await findBudget(db, id);
      return budget !== undefined && (await removeBudget(db, id)) ? budget : undefined;
    }),
  );
  if (removed === undefined) throw noBudget(id);
  context.out(options.json ? renderJson(toJson(removed)) : `The budget ${id} is gone, with what it counted.\n`);
}

function describe(budget: BudgetInfo): string {
  const { organization, owner, ownerName, window, action, switchTo } = budget;
  const whose =
    owner === 'organization' ? `organization "${organization}"` : `${owner} "${ownerName}" of "${organization}"`;
  const time = window === 'total' ? 'for ever' : `each ${window}`;
  const then =
    action === 'switch' ? `then ${switchTo} takes over` : action === 'warn' ? 'then only warned' : 'then refused';
  return `The ${whose} may use ${amountOf(budget, budget.limitUnits)} ${time}, ${then}.`;
}

function amountOf({ unit }: BudgetInfo, units: bigint): string {
  return unit === 'usd' ? formatUsd(units) : `${units} ${unit}`;
}

/** Dollars as decimal text, tokens and requests as whole numbers in text. */
function toJson({ limitUnits, spentUnits = 0n, heldUnits = 0n, ...rest }: BudgetInfo): object {
  const shown = (units: bigint) => (rest.unit === 'usd' ? usdText(units) : String(units));
  return { ...rest, limit: shown(limitUnits), spent: shown(spentUnits), held: shown(heldUnits) };
}

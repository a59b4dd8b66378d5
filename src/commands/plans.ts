/** `tollgate plans …` and `tollgate subscribe`: what is sold by the month, and who has it. */
import { type Command, Option } from 'commander';
import { createPlan, endPlan, findPlan, listPlans, type Plan } from '../control/selling/plans.ts';
import {
  cancelPlan,
  changePlan,
  describeChange,
  previewChange,
  runningSubscription,
  type Subscription,
  startPlan,
} from '../control/selling/subscriptions.ts';
import { reclaim } from '../ledger/reclaim.ts';
import { systemClock } from '../lib/clock.ts';
import { formatUsd } from '../lib/money.ts';
import { showLimits } from '../llm/limits.ts';
import type { Store } from '../store/store.ts';
import { parseAmount, usdText } from './amount.ts';
import { addCommonOptions, type CommonOptions, type Context, withStore } from './context.ts';
import { addLimitOptions, limitsFrom } from './limit-options.ts';
import { organizationId } from './organization.ts';
import { CommandFailure, exitCodes } from './outcome.ts';
import { parseBasisPoints } from './prices.ts';
import { renderJson, renderTable } from './table.ts';

export function addPlans(program: Command, context: Context): void {
  const plans = program.command('plans').description('list, make and end plans that are paid by the month');
  addCommonOptions(plans.command('list').description('list plans, the cheapest first'))
    .option('--all', 'ended ones too')
    .action((options: ListOptions) => list(context, options));
  addLimitOptions(
    addCommonOptions(
      plans.command('create').description('sell a plan; one of the same name ends, who has it keeps it'),
    ),
  )
    .argument('<name>', 'what people see')
    .requiredOption('--monthly <amount>', 'price of a month in dollars, 0 for nothing')
    .option('--allowance <amount>', 'credit of each month in dollars', '0')
    .addOption(
      new Option('--overage <what>', 'when it is used up').choices(['stop', 'wallet', 'invoice']).default('stop'),
    )
    .option('--models <patterns>', 'models and routes that it includes, with commas: openai/*,main (default: all)')
    .option('--markup <percent>', 'on the cost of every model (default: what everybody pays)')
    .action((name: string, options: CreateOptions) => create(context, name, options));
  addCommonOptions(plans.command('end').description('stop selling a plan'))
    .argument('<plan>', 'its name or id')
    .action((which: string, options: CommonOptions) => end(context, which, options));
  addCommonOptions(
    program.command('subscribe').description('give an organization a plan, or change or cancel the one it has'),
  )
    .argument('<organization>', 'its name or id')
    .argument('[plan]', 'name or id of the plan (left out with --cancel)')
    .addOption(
      new Option('--pays <how>', 'from its wallet, or on its bill').choices(['wallet', 'invoice']).default('wallet'),
    )
    .option('--preview', 'only say what a change would cost')
    .addOption(new Option('--cancel <when>', 'end the plan').choices(['period-end', 'now']))
    .action((which: string, plan: string | undefined, options: SubscribeOptions) =>
      subscribe(context, which, plan, options),
    );
}

interface ListOptions extends CommonOptions {
  readonly all?: boolean;
}

async function list(context: Context, options: ListOptions): Promise<void> {
  const plans = await withStore(context, options, (store) =>
    listPlans(store.db, { includeEnded: options.all === true }),
  );
  if (options.json) return context.out(renderJson(plans.map(toJson)));
  if (plans.length === 0) return context.out('There are no plans. Make one with "tollgate plans create".\n');
  context.out(renderTable(head, plans.map(cells)));
}

const head = ['NAME', 'MONTHLY', 'ALLOWANCE', 'OVERAGE', 'LIMITS', 'MODELS', 'MARKUP', 'STATE', 'ID'];

function cells(plan: Plan): string[] {
  return [
    plan.name,
    formatUsd(plan.monthlyNanoUsd),
    formatUsd(plan.allowanceNanoUsd),
    plan.overage,
    showLimits(plan.limits),
    plan.models?.join(',') ?? 'all',
    plan.markupBasisPoints === undefined ? '' : `${plan.markupBasisPoints / 100} %`,
    plan.endedAtMs === undefined ? 'for sale' : 'ended',
    plan.id,
  ];
}

function toJson({ monthlyNanoUsd, allowanceNanoUsd, ...rest }: Plan): object {
  return { ...rest, monthlyUsd: usdText(monthlyNanoUsd), allowanceUsd: usdText(allowanceNanoUsd) };
}

interface CreateOptions extends CommonOptions {
  readonly monthly: string;
  readonly allowance: string;
  readonly overage: Plan['overage'];
  readonly models?: string;
  readonly markup?: string;
}

async function create(context: Context, name: string, options: CreateOptions): Promise<void> {
  const { models, markup } = options;
  const terms = {
    name,
    monthlyNanoUsd: parseDollars('--monthly', options.monthly),
    allowanceNanoUsd: parseDollars('--allowance', options.allowance),
    overage: options.overage,
    limits: limitsFrom(options),
    ...(models !== undefined && { models: models.split(',').map((pattern) => pattern.trim()) }),
    ...(markup !== undefined && { markupBasisPoints: parseBasisPoints('--markup', markup) }),
  };
  const plan = await withStore(context, options, (store) =>
    store.db.transaction().execute((db) => createPlan(db, terms, systemClock)),
  );
  context.out(options.json ? renderJson(toJson(plan)) : renderTable(head, [cells(plan)]));
}

/** 0 too: a free plan, or one without an allowance. */
function parseDollars(option: string, text: string): bigint {
  return /^\$?0+(\.0*)?$/.test(text) ? 0n : parseAmount(option, text);
}

async function end(context: Context, which: string, options: CommonOptions): Promise<void> {
  const plan = await withStore(context, options, async (store) => {
    const found = await findPlan(store.db, which);
    return found && endPlan(store.db, found.id, systemClock);
  });
  if (plan === undefined) {
    const remedy = 'See "tollgate plans list".';
    throw new CommandFailure(exitCodes.failure, `There is no plan ${JSON.stringify(which.slice(0, 80))}.`, remedy);
  }
  context.out(options.json ? renderJson(toJson(plan)) : renderTable(head, [cells(plan)]));
}

interface SubscribeOptions extends CommonOptions {
  readonly pays: 'wallet' | 'invoice';
  readonly preview?: boolean;
  readonly cancel?: 'period-end' | 'now';
}

async function subscribe(context: Context, which: string, plan: string | undefined, options: SubscribeOptions) {
  const { cancel, json } = options;
  if ((plan === undefined) === (cancel === undefined)) {
    throw new CommandFailure(exitCodes.usage, 'There is nothing to do.', 'Name a plan, or give --cancel.');
  }
  const told = await withStore(context, options, async (store) => {
    const id = await organizationId(store.db, which);
    if (cancel !== undefined || !options.preview) await refuseStripe(store, id);
    if (cancel !== undefined) return cancelled(store, id, cancel);
    return plan === undefined ? undefined : begun(store, id, plan, options);
  });
  if (told === undefined) return;
  const { subscription, sentence } = told;
  if (json && subscription !== undefined) return context.out(renderJson(subscription));
  context.out(`${sentence}\n`);
}

interface Told {
  readonly subscription?: Subscription;
  readonly sentence: string;
}

async function refuseStripe(store: Store, id: string): Promise<void> {
  if ((await runningSubscription(store.db, id))?.pays !== 'stripe') return;
  const remedy = 'Change it by the management API, or in the dashboard of Stripe.';
  throw new CommandFailure(exitCodes.failure, 'Stripe bills the plan of this organization.', remedy);
}

async function begun(store: Store, id: string, plan: string, { pays, preview }: SubscribeOptions): Promise<Told> {
  const running = await runningSubscription(store.db, id);
  const asked = running && (await previewChange(store.db, id, plan));
  if (preview)
    return { sentence: asked === undefined ? 'It has no plan: the whole month is paid.' : describeChange(asked) };
  const due = asked?.proration.dueNanoUsd ?? (await findPlan(store.db, plan))?.monthlyNanoUsd ?? 0n;
  if (pays === 'wallet' && due > 0n) await reclaim(store, `wallet:${id}`, due, systemClock);
  const subscription = await store.db
    .transaction()
    .execute((db) =>
      asked === undefined
        ? startPlan(db, { organizationId: id, plan, pays }, systemClock)
        : changePlan(db, id, plan, { prorationAtMs: asked.prorationAtMs }, systemClock),
    );
  const until = new Date(subscription.periodEndMs).toISOString().slice(0, 10);
  const sentence =
    asked === undefined
      ? `It has the plan until ${until}, and then from month to month; ${formatUsd(due)} was paid.`
      : `Changed to ${describeChange(asked)}.`;
  return { subscription, sentence };
}

/** More than any wallet has: all that is free. */
const everything = 4_000_000_000_000_000_000n;

async function cancelled(store: Store, id: string, when: 'period-end' | 'now'): Promise<Told> {
  if (when === 'now') await reclaim(store, `wallet:${id}`, everything, systemClock);
  const { subscription, paidBackNanoUsd } = await store.db
    .transaction()
    .execute((db) => cancelPlan(db, id, when, systemClock));
  const until = new Date(subscription.periodEndMs).toISOString().slice(0, 10);
  const sentence =
    when === 'now'
      ? `It has no plan now; ${formatUsd(paidBackNanoUsd)} was paid back.`
      : `It has the plan until ${until}.`;
  return { subscription, sentence };
}

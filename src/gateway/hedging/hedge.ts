/**
 * A second target is asked where the first is silent for too long: off unless the route says so, never dearer than it
 * allows, and for at most a tenth of the requests. What the one that was not needed has cost is the house's.
 */
import { chargeNanoUsd } from '../../catalog/charge.ts';
import { within } from '../../lib/within.ts';
import { expectedNanoUsd } from '../../routing/estimate.ts';
import type { Hedge, Target } from '../../snapshot/snapshot.ts';
import { costOf, type Next, type Reached } from '../asking.ts';
import type { Dispatched } from '../attempt.ts';
import type { Exchange } from '../exchange.ts';
import { judgeUsage } from '../metering/usage-judge.ts';
import type { GatewayParts } from '../parts.ts';
import type { Plan } from '../plan.ts';
import { hedgeLost } from './lost.ts';
import { Race } from './race.ts';

export interface HedgeTools {
  readonly dispatch: (plan: Plan, race: Race) => Promise<Dispatched>;
  readonly next: Next<Plan>;
}

interface Entry extends Dispatched {
  readonly plan: Plan;
}

/** The one that has answered, or failed last, with the other beside it. */
export async function hedged(
  exchange: Exchange,
  plan: Plan,
  hedge: Hedge,
  { dispatch, next }: HedgeTools,
  parts: GatewayParts,
): Promise<Reached<Plan>> {
  const race = new Race();
  const first = dispatch(plan, race);
  if ((await within(first, hedge.afterMs)) || race.isDecided || exchange.delivery.gone)
    return withPlan(plan, await first);
  const other = mayHedge(parts) ? next((target) => !isTooDear(exchange, target, hedge, parts)) : undefined;
  if (other === undefined) return withPlan(plan, await first);
  const second = dispatch(other, race);
  // Both have joined, and each took the listeners of the connection for itself.
  exchange.delivery.onGone(() => race.cancel());
  const [one, two] = await Promise.all([first, second]);
  return best(exchange, withPlan(plan, one), withPlan(other, two));
}

function withPlan(plan: Plan, { run, outcome }: Dispatched): Entry {
  return { plan, run, outcome };
}

function mayHedge({ hedges, clock }: GatewayParts): boolean {
  return hedges.take(clock.monotonicMs());
}

/** A provider may go on to its end, although it was told that nobody wants to hear it. */
function isTooDear({ ask }: Exchange, target: Target, { nanoUsdMax }: Hedge, { clock, funds }: GatewayParts): boolean {
  if (nanoUsdMax === undefined) return false;
  const outputTokens = funds.memory.expected(target.model.id);
  const usage = { inputTokens: ask.inputTokensEstimate, cacheShare: 0, outputTokens };
  return (expectedNanoUsd(target, usage, clock.nowMs()) ?? Number.POSITIVE_INFINITY) > nanoUsdMax;
}

function best(exchange: Exchange, first: Entry, second: Entry): Reached<Plan> {
  const isFirst = first.outcome.type === 'answered';
  const [taken, other] = isFirst ? [first, second] : [second, first];
  return { ...taken, others: [{ ...other, lostNanoUsd: lostNanoUsd(exchange, other) }] };
}

/** By its provider's word; of one that was stopped at its work, by our own count where there is none. */
function lostNanoUsd(exchange: Exchange, { plan, run, outcome }: Entry): bigint {
  const wasStopped = outcome.error?.code === hedgeLost.code && run.upstreamStatus < 300;
  if (!wasStopped || plan.target.credential.ownedBy !== undefined) return costOf({ plan, outcome });
  return chargeNanoUsd(plan.price, judgeUsage(exchange, plan, outcome.tally, 'cancelled').usage);
}

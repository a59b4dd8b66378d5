/** When a stream that breaks may be gone on with, and what it costs whom. */
import { chargeNanoUsd } from '../../catalog/charge.ts';
import type { Target } from '../../snapshot/snapshot.ts';
import type { Asked } from '../asking.ts';
import type { Exchange } from '../exchange.ts';
import type { Ending } from '../metering/meter.ts';
import { judgeUsage } from '../metering/usage-judge.ts';
import type { Plan } from '../plan.ts';
import { Joint } from './joint.ts';

/** Where its route or its caller says so, and there is somebody to go on. */
export function jointOf(exchange: Exchange, targets: readonly Target[]): Joint | undefined {
  const isAsked = exchange.policy.goesOn === true || exchange.header('x-tollgate-continue') === 'true';
  return isAsked && exchange.ask.stream && targets.length > 1 ? new Joint() : undefined;
}

/** What stood there when it broke, and what it has cost; of several, the last. */
export interface Broken {
  readonly asked: Asked<Plan>;
  readonly nanoUsd: bigint;
}

/** Undefined: nothing of it was shown. */
export function brokenOf(exchange: Exchange, asked: Asked<Plan>): Broken | undefined {
  const { plan, outcome } = asked;
  if (exchange.joint?.brokenTally !== outcome.tally) return undefined;
  if (plan.target.credential.ownedBy !== undefined) return { asked, nanoUsd: 0n };
  const { usage } = judgeUsage(exchange, plan, outcome.tally, 'cancelled');
  return { asked, nanoUsd: chargeNanoUsd(plan.price, usage) };
}

/** Nobody could go on: what was shown is charged as that of any stream that breaks, and is not the house's. */
export function asBroken(exchange: Exchange, ending: Ending, broken: Broken | undefined): Ending {
  if (ending.status !== 'failed' || exchange.joint?.brokenTally === undefined) return ending;
  if (broken === undefined || (ending.tally?.outputTokensSeen ?? 0) > 0) return { ...ending, billable: true };
  exchange.houseCostNanoUsd -= broken.nanoUsd;
  return { ...ending, plan: broken.asked.plan, tally: broken.asked.outcome.tally, billable: true };
}

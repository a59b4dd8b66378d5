/** When a stream that breaks may be gone on with, and what it costs whom. */
import { chargeNanoUsd } from '../../catalog/charge.ts';
import type { Target } from '../../snapshot/snapshot.ts';
import { type Asked, costOf } from '../asking.ts';
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

/** What broke was shown, and is the house's: the caller pays for the answer that was whole. */
export function brokenNanoUsd(exchange: Exchange, asked: Asked<Plan>): bigint {
  const { plan, outcome } = asked;
  const { joint } = exchange;
  if (joint?.broken?.tally !== outcome.tally || plan.target.credential.ownedBy !== undefined) return costOf(asked);
  joint.brokenNanoUsd = chargeNanoUsd(plan.price, judgeUsage(exchange, plan, outcome.tally, 'cancelled').usage);
  return joint.brokenNanoUsd;
}

/** Nobody could go on: what was shown is charged as that of any stream that breaks. */
export function asBroken(exchange: Exchange, ending: Ending): Ending {
  const { joint } = exchange;
  if (ending.status !== 'failed' || joint?.broken === undefined) return ending;
  if ((ending.tally?.outputTokensSeen ?? 0) > 0) return { ...ending, billable: true };
  exchange.houseCostNanoUsd -= joint.brokenNanoUsd;
  return { ...ending, ...joint.broken, billable: true };
}

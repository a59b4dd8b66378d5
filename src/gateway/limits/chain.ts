/** Which limits a request has to pass, the nearest owner first. */
import { dayWindow, minuteWindow, type WindowShape } from '../../lib/sliding-window.ts';
import { type Limits, type LimitUnit, windowLimitNames, windowLimits } from '../../llm/limits.ts';
import { totalTokens, type Usage } from '../../llm/usage.ts';
import type { Key, Route } from '../../snapshot/snapshot.ts';

/** What is counted in a window. */
export interface WindowLimit {
  /** What is counted together: by id, so that a new name or a new number does not begin a new minute. */
  readonly window: string;
  readonly shape: WindowShape;
  /** `the key ci (key_…)`, as the caller is told. */
  readonly owner: string;
  readonly unit: LimitUnit;
  readonly per: 'minute' | 'day';
  readonly limit: number;
  /** What the request is expected to take of it, before it is known. 0: it needs room, and is counted at its end. */
  readonly cost: number;
}

/** Requests that run at the same time. */
export interface SlotLimit {
  readonly slots: string;
  readonly owner: string;
  readonly limit: number;
}

export interface Chain {
  readonly windows: readonly WindowLimit[];
  readonly slots: readonly SlotLimit[];
}

/** Undefined: nothing limits this request. */
export function chainOf(key: Key, route: Route, inputTokensEstimate: number): Chain | undefined {
  const { organization, project } = key;
  if (
    key.limits === undefined &&
    project === undefined &&
    organization.limits === undefined &&
    route.limits === undefined &&
    route.besides === undefined
  ) {
    return undefined;
  }
  const chain = { windows: [] as WindowLimit[], slots: [] as SlotLimit[] };
  const add = (limits: Limits | undefined, id: string, owner: string) =>
    limits && addLimits(chain, limits, id, owner, inputTokensEstimate);
  add(key.limits, key.id, `the key ${key.name} (${key.id})`);
  if (project !== undefined) add(project.limits, project.id, `the project ${project.name}`);
  add(organization.limits, organization.id, `the organization ${organization.name}`);
  for (const { name: own, limitsOf, limits } of [route, ...(route.besides ?? [])]) {
    const name = limitsOf ?? own;
    // A route that was not configured stands for one model, and only such names have a slash.
    const kind = name.includes('/') ? 'model' : 'route';
    add(limits, `${kind} ${name}`, `the ${kind} ${name}`);
  }
  return chain;
}

function addLimits(
  chain: { windows: WindowLimit[]; slots: SlotLimit[] },
  limits: Limits,
  id: string,
  owner: string,
  inputTokens: number,
): void {
  for (const name of windowLimitNames) {
    const limit = limits[name];
    if (limit === undefined) continue;
    const { unit, window: per } = windowLimits[name];
    const shape = per === 'day' ? dayWindow : minuteWindow;
    const cost = unit === 'requests' ? 1 : unit === 'output-tokens' ? 0 : inputTokens;
    chain.windows.push({ window: `${id} ${unit} ${per}`, shape, owner, unit, per, limit, cost });
  }
  if (limits.concurrentRequests !== undefined) {
    chain.slots.push({ slots: `${id} at once`, owner, limit: limits.concurrentRequests });
  }
}

/**
 * What a request is counted as at admission. One that alone is estimated above the limit is counted as the whole limit:
 * it passes when nothing else did. Refused, it could never pass, and an estimate made from bytes is far too high for a
 * picture.
 */
export function costWithin({ cost }: WindowLimit, limit: number): number {
  return Math.min(cost, limit);
}

/** What it has used of a limit when it is over; undefined: what was counted at admission stays. */
export function usedOf(unit: LimitUnit, usage: Usage): number | undefined {
  if (unit === 'requests') return undefined;
  if (unit === 'tokens') return totalTokens(usage);
  return unit === 'output-tokens' ? usage.output : totalTokens(usage) - usage.output;
}

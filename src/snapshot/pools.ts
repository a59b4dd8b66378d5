/**
 * Several credentials of the installation for one provider. Those of the lowest priority are asked first, by chance in
 * proportion to their weights; where they fail, are refused or have no quota left, the next ones. All of it is a route's
 * own machinery: a target of the provider becomes a part of its route that chooses among its credentials.
 */
import { expandedNames } from './expanded-names.ts';
import type { Names } from './names.ts';
import type { PoolMember, Pools } from './pool.ts';
import type { Target } from './snapshot.ts';
import type { RouteMember, RouteNode } from './strategy.ts';

export function pooledNames(base: Names, pools: Pools | undefined): Names {
  if (pools === undefined || pools.size === 0) return base;
  return expandedNames(base, (target) => {
    const pool = pools.get(target.credential.id);
    return pool && choiceOf(target, pool);
  });
}

function choiceOf(target: Target, pool: readonly PoolMember[]): Target | RouteNode {
  const groups = [...Map.groupBy(pool, ({ priority }) => priority)]
    .toSorted(([a], [b]) => a - b)
    .map(([, group]) => groupOf(target, group));
  const [first, ...others] = groups;
  if (first === undefined) return target;
  if (others.length === 0) return first.choice;
  return { strategy: { kind: 'fallback' }, members: groups };
}

/** One by itself, or several by their weights. */
function groupOf(target: Target, group: readonly PoolMember[]): RouteMember {
  const members = group.map(({ credential, weight }): RouteMember => {
    return { name: target.model.id, weight, choice: { ...target, credential } };
  });
  const [only, ...others] = members;
  if (only !== undefined && others.length === 0) return only;
  return { name: target.model.id, weight: 1, choice: { strategy: { kind: 'weighted' }, members } };
}

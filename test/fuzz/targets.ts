/** Every target by name. A dialect that is registered brings five. */
import { codecTargets } from './codec-targets.ts';
import { libTargets } from './lib-targets.ts';
import type { FuzzTarget } from './target.ts';

export const targets: readonly FuzzTarget[] = [...libTargets, ...codecTargets];

export function targetOf(id: string): FuzzTarget {
  const found = targets.find((target) => target.id === id);
  if (found === undefined) throw new Error(`no target ${id}; there are ${targets.map((each) => each.id).join(', ')}`);
  return found;
}

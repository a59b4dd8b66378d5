/** What costs more than it did. */
import type { Ratios } from './ratios.ts';
import type { Spread } from './spread.ts';

export interface Comparison {
  readonly where: string;
  readonly was: Spread;
  readonly is: Spread;
  /** The new median is above everything that the committed run saw. */
  readonly beyond: boolean;
}

/** Of those contenders that are asked for, all ratios that both runs have. */
export function worse(committed: Ratios, measured: Ratios, wanted: (contender: string) => boolean): Comparison[] {
  const found: Comparison[] = [];
  for (const [scenario, rows] of Object.entries(measured)) {
    for (const [contender, figures] of Object.entries(rows).filter(([id]) => wanted(id))) {
      for (const [figure, is] of Object.entries(figures)) {
        const was = committed[scenario]?.[contender]?.[figure];
        if (was === undefined) continue;
        found.push({ where: `${scenario} ${contender} ${figure}`, was, is, beyond: is.median > was.max });
      }
    }
  }
  return found;
}

/**
 * Compares what was said on one side of the gateway with what arrived on the other. Every difference must be one of
 * these: noted (`x-tollgate-dropped`), or another way to say the same, which stands in the table of ways with its reason.
 */
import type { Facts, Fixtures } from './features.ts';
import { additions, type Direction, notedBy, type Way, ways } from './ways.ts';

export type Verdict =
  | { readonly type: 'pass' }
  | { readonly type: 'mapped'; readonly how: readonly string[] }
  | { readonly type: 'reported'; readonly fields: readonly string[] }
  | { readonly type: 'refused' | 'absent' | 'fail'; readonly why: string };

export interface Pair {
  readonly caller: Fixtures;
  readonly provider: Fixtures;
}

export function judge(
  { caller, provider }: Pair,
  direction: Direction,
  wanted: Facts,
  got: Facts,
  dropped: readonly string[],
): Verdict {
  const to = direction === 'answer' ? caller.id : provider.id;
  const known = ways.filter((way) => way.direction === direction && (way.to === undefined || way.to.includes(to)));
  const added = minus(got, wanted);
  const used = new Set<Way>();
  const fields = new Set<string>();
  const faults: string[] = [];
  for (const fact of minus(wanted, got)) {
    const way = known.find(
      ({ lost, by }) => lost.test(fact) && (by === undefined || added.some((it) => by(fact).test(it))),
    );
    const field = dropped.find((name) => notedBy.some((noted) => noted.fact.test(fact) && noted.field.test(name)));
    if (field !== undefined) fields.add(field);
    else if (way !== undefined) used.add(way);
    else faults.push(`lost "${short(fact)}"`);
  }
  for (const fact of added) {
    const isWay = known.some(({ lost, by }) => wanted.some((it) => lost.test(it) && by?.(it).test(fact)));
    const isKnown = additions.some((each) => each.direction === direction && each.fact.test(fact));
    if (!isWay && !isKnown) faults.push(`added "${short(fact)}"`);
  }
  if (faults.length === 0 && !sameOrder(wanted, got)) faults.push(`order ${got.map(short).join(' | ')}`);
  if (faults.length > 0)
    return { type: 'fail', why: `${direction}: ${faults.join('; ')} (dropped: ${dropped.join(', ')})` };
  if (fields.size > 0) return { type: 'reported', fields: [...fields] };
  return used.size > 0 ? { type: 'mapped', how: [...used].map((way) => way.how) } : { type: 'pass' };
}

/** As multisets. */
function minus(left: Facts, right: Facts): string[] {
  const rest = [...right];
  return left.filter((fact) => {
    const at = rest.indexOf(fact);
    if (at !== -1) rest.splice(at, 1);
    return at === -1;
  });
}

const spoken = /^(user|assistant|text|call|result|thinking|seal|redacted|refusal) (?!budget)/;

/** What arrived unchanged must have arrived in its order. */
function sameOrder(wanted: Facts, got: Facts): boolean {
  const both = (facts: Facts, others: Facts) => facts.filter((fact) => spoken.test(fact) && others.includes(fact));
  return both(wanted, got).join('\n') === both(got, wanted).join('\n');
}

function short(fact: string): string {
  return fact.length > 200 ? `${fact.slice(0, 200)}…` : fact;
}

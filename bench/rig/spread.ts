/** Medians and what surrounds them. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Throws where there is nothing: a missing figure must not look like one. */
export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) throw new Error('There is no figure to take a median of.');
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
  return { median, min: sorted[0] ?? 0, max: sorted.at(-1) ?? 0 };
}

/** Round by round, of those rounds that both have; a round without a base is left out. */
export function ratioOf(of: ReadonlyMap<number, number>, to: ReadonlyMap<number, number>): Spread | undefined {
  const ratios = [...of].flatMap(([round, value]) => {
    const base = to.get(round);
    return base === undefined || base === 0 ? [] : [value / base];
  });
  return ratios.length === 0 ? undefined : spreadOf(ratios);
}

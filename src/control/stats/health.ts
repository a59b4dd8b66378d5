/** How providers do over time, by tries: one that failed counts although another provider answered. */
import type { Store } from '../../store/store.ts';
import { readQuantileSeries, readSeries, type SeriesAsked } from './series.ts';

export interface HealthCell {
  readonly atMs: number;
  readonly tries: number;
  readonly failed: number;
  /** Undefined: there was none. */
  readonly p95Ms: number | undefined;
}

export interface ProviderHealth {
  readonly group: string;
  readonly cells: readonly HealthCell[];
}

/** By provider, or by credential; the busiest first. */
export async function readHealth(
  db: Store['db'],
  asked: SeriesAsked,
  by: 'provider' | 'credential',
): Promise<readonly ProviderHealth[]> {
  const tried = { ...asked, attempts: true };
  const [series, times] = await Promise.all([
    readSeries(db, tried, ['requests', 'failed'], by),
    readQuantileSeries(db, tried, 'total', 0.95, by),
  ]);
  return [...series]
    .map(([group, [tries = [], failed = []]]) => ({
      group,
      cells: asked.parts.map((atMs, i) => ({
        atMs,
        tries: Number(tries[i] ?? 0n),
        failed: Number(failed[i] ?? 0n),
        p95Ms: times.get(group)?.[i] ?? undefined,
      })),
    }))
    .toSorted((a, b) => triesOf(b) - triesOf(a));
}

const triesOf = ({ cells }: ProviderHealth) => cells.reduce((sum, { tries }) => sum + tries, 0);

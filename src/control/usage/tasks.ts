/** What usage needs by the clock: partitions ahead, roll-ups that are whole, and an end. */
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { daysToRebuild, rebuildDay } from '../../store/roll-ups/rebuild.ts';
import { rollUsage } from '../../store/roll-ups/roll.ts';
import type { Store } from '../../store/store.ts';
import { dropMinutesBefore, dropUsageBefore, makeUsagePartitions } from '../../store/usage-partitions.ts';
import type { Task } from '../jobs/queue.ts';

const dayMs = 86_400_000;

export interface UsageRetention {
  /** How long requests are kept; undefined: for ever. */
  readonly usageDays?: number | undefined;
  /** How long their sums by the minute are kept. */
  readonly minutesDays: number;
}

export const usualRetention: UsageRetention = { minutesDays: 3 };

export interface UsageTaskParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly retention?: UsageRetention | undefined;
}

export function usageTasks(parts: UsageTaskParts): readonly Task[] {
  const { store } = parts;
  return [
    { name: 'usage-partitions', schedule: '7 * * * *', run: () => makeUsagePartitions(store.db) },
    { name: 'usage-roll-ups', schedule: '* * * * *', run: () => catchUp(parts) },
    { name: 'usage-retention', schedule: '41 * * * *', run: () => endOldUsage(parts) },
  ];
}

/** Less than a job may take. */
const catchUpMs = 5 * 60_000;

/** What an instance left that is gone, and days that are to be made anew. */
export async function catchUp({ store, clock, log }: UsageTaskParts): Promise<void> {
  const endMs = clock.monotonicMs() + catchUpMs;
  while (await rollUsage(store.db)) if (clock.monotonicMs() > endMs) return;
  for (const day of await daysToRebuild(store.db, 1_000)) {
    if (clock.monotonicMs() > endMs) return;
    if (await rebuildDay(store.db, day))
      log.info({ day: new Date(day).toISOString() }, 'usage of a day is added up anew');
  }
}

/** Whole months go when their last day is old enough. Money is not touched: what was charged stays in the ledger. */
export async function endOldUsage({ store, clock, log, retention = usualRetention }: UsageTaskParts): Promise<void> {
  const { usageDays, minutesDays } = retention;
  const nowMs = clock.nowMs();
  while (await dropMinutesBefore(store.db, nowMs - minutesDays * dayMs));
  if (usageDays === undefined) return;
  const gone = await dropUsageBefore(store.db, nowMs - usageDays * dayMs);
  if (gone.length > 0)
    log.info({ partitions: gone, usageDays }, 'requests that are older than retention.usageDays are gone');
}

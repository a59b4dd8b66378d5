/** What keeps content from being kept longer than it may. */
import type { Clock } from '../../lib/clock.ts';
import type { Store } from '../../store/store.ts';
import type { Task } from '../jobs/queue.ts';
import { removeUnreadable } from './content.ts';
import { eraseEndUsers } from './end-users.ts';

export interface ContentTaskParts {
  readonly store: Store;
  readonly clock: Clock;
}

/** A job ends within ten minutes; the next one goes on. */
const runMs = 5 * 60_000;

export function contentTasks({ store, clock }: ContentTaskParts): readonly Task[] {
  const until = () => {
    const endMs = clock.monotonicMs() + runMs;
    return () => clock.monotonicMs() < endMs;
  };
  return [
    {
      name: 'content-remove',
      schedule: '17 * * * *',
      run: async () => {
        await removeUnreadable(store.db, clock.nowMs(), until());
      },
    },
    {
      name: 'end-users-erase',
      schedule: '*/5 * * * *',
      run: () => eraseEndUsers(store.db, clock, until()),
    },
  ];
}

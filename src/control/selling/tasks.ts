/** What selling does by the clock: months turn, credit expires. */
import type { Task } from '../jobs/queue.ts';
import { expireCredit } from './expiry.ts';
import { type RollParts, rollSubscriptions } from './roll.ts';

export function sellingTasks(parts: RollParts): readonly Task[] {
  return [
    {
      name: 'selling-roll',
      schedule: '* * * * *',
      run: async () => {
        await rollSubscriptions(parts);
      },
    },
    {
      name: 'selling-expire',
      schedule: '* * * * *',
      run: async () => {
        const { grants, takenNanoUsd } = await expireCredit(parts.store, parts.clock);
        if (grants > 0) parts.log.info({ grants, takenNanoUsd: String(takenNanoUsd) }, 'credit expired');
      },
    },
  ];
}

/** Months are closed by the clock: each hour, because they end in every time zone at another one. */

import type { Log } from '../../lib/log.ts';
import type { Task } from '../jobs/queue.ts';
import { type CloseParts, closeDueMonths } from './close.ts';

export function invoiceTasks(parts: CloseParts & { readonly log: Log }): readonly Task[] {
  return [
    {
      name: 'invoices-close',
      schedule: '7 * * * *',
      run: async () => {
        await closeDueMonths(parts);
      },
    },
  ];
}

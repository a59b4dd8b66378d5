/** What alerts do by the clock, and after they were raised. */
import { z } from 'zod';
import type { Task } from '../jobs/queue.ts';
import { type DeliveryParts, deliver } from './deliver.ts';
import { evaluateAlerts } from './evaluate.ts';

const payload = z.object({ deliveryId: z.string() });

export function alertTasks(parts: DeliveryParts): readonly Task[] {
  if (parts.mail === undefined) parts.log.info({}, 'no mail is configured: alerts go to webhooks alone');
  const run = (given: unknown) => deliver(parts, payload.parse(given).deliveryId);
  return [
    {
      name: 'alerts-evaluate',
      schedule: '* * * * *',
      run: async () => {
        await evaluateAlerts(parts);
      },
    },
    { name: 'alert-webhook', run },
    { name: 'alert-email', run },
  ];
}

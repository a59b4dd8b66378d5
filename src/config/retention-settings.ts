/** `retention:` of the configuration file. */
import { z } from 'zod';
import { wholeNumber } from './leaves.ts';

export const retention = z.strictObject({
  usageDays: wholeNumber(62, 36_500, 'days')
    .optional()
    .describe(
      'How long single requests are kept: a month goes as a whole when its last day is this old. Sums by hour and day, the ledger and invoices stay. Absent: for ever.',
    ),
  minutesDays: wholeNumber(1, 366, 'days')
    .default(3)
    .describe('How long sums by the minute are kept; charts of older times go by the hour.'),
});

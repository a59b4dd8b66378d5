/** What stands under `organizations.<name>.content`: what is kept of its prompts and answers. */
import { z } from 'zod';
import { choice, flag, wholeNumber } from './leaves.ts';

export const content = z
  .strictObject({
    keep: choice(['none', 'asked', 'all'])
      .optional()
      .describe(
        '`none`: nothing is kept, whatever a key or a request asks for. `asked`: where a key or the header `x-tollgate-content: keep` asks for it. `all`: unless a key or a request forbids it. Absent: `asked`. See docs/content.md.',
      ),
    days: wholeNumber(1, 3_650, 'days').optional().describe('Then it is gone. Absent: 30.'),
    bytesMax: wholeNumber(1_024, 4_194_304, 'bytes')
      .optional()
      .describe('Of a request, and of an answer; the rest is cut. Absent: 262144.'),
    redact: z
      .strictObject({
        secrets: flag().optional().describe('Takes out what looks like a key. Absent: true.'),
        patterns: z
          .array(z.string().min(1).max(100))
          .max(20)
          .optional()
          .describe(
            'More to take out: `email`, `card`, `phone`, or a text with `#` for a digit, `@` for a letter or digit and one `*`.',
          ),
      })
      .optional(),
  })
  .optional();

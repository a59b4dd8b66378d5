/** `log:` of the configuration file. */
import { z } from 'zod';
import { choice } from './leaves.ts';

export const log = z.strictObject({
  level: choice(['debug', 'info', 'warn', 'error']).default('info').describe('Least important lines that are written.'),
  format: choice(['auto', 'json', 'text'])
    .default('auto')
    .describe('`auto`: text on a terminal, JSON lines otherwise. The log goes to stderr.'),
});

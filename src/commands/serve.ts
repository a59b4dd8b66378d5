/** `tollgate serve`, or `tollgate` alone. */
import type { Command } from 'commander';
import { addCommonOptions, type Context } from './context.ts';
import type { ServeOptions } from './serve/run.ts';

export function addServe(program: Command, context: Context): void {
  addCommonOptions(program.command('serve', { isDefault: true }).description('start the gateway (the default command)'))
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .option('--port <port>', 'port to listen on (default: 7070)')
    .option('--workers <count>', 'worker processes (only 1 for now)')
    .addHelpText('after', '\nSIGTERM or Ctrl-C: running requests may end; a second one ends at once.')
    .action(async (options: ServeOptions) => {
      // A gateway is most of the program: no other command waits for it to be read.
      const { serve } = await import('./serve/run.ts');
      await serve(context, options);
    });
}

/** `tollgate admin link`: lets the first owner in, or somebody who lost their password. Who may run it owns the machine. */
import type { Command } from 'commander';
import type { LinkOptions } from './admin/link.ts';
import { addCommonOptions, type Context } from './context.ts';

export function addAdmin(program: Command, context: Context): void {
  const admin = program.command('admin').description('let people into the dashboard');
  addCommonOptions(admin.command('link').description('print a sign-in link that works once'))
    .option('--email <address>', 'for the user with this address, to set a new password (default: the first owner)')
    .option('--reset-two-factor', 'with --email: also take their second factor away, for a device that is lost')
    .option('--url <address>', 'where the dashboard is (default: signIn.publicUrls, or the address of the gateway)')
    .action(async (options: LinkOptions) => {
      // Only this command needs what people sign in with.
      const { link } = await import('./admin/link.ts');
      await link(context, options);
    });
}

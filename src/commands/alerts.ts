/** `tollgate alerts list`: what was told, and whether it got there. */
import type { Command } from 'commander';
import { listAlerts } from '../control/alerts/records.ts';
import { addCommonOptions, type CommonOptions, type Context, withStore } from './context.ts';
import { organizationId } from './organization.ts';
import { renderJson, renderTable } from './table.ts';

export function addAlerts(program: Command, context: Context): void {
  const alerts = program.command('alerts').description('see what thresholds were crossed, and who was told');
  addCommonOptions(alerts.command('list').description('list alerts, newest first'))
    .argument('[organization]', 'its name or id (default: all)')
    .action((which: string | undefined, options: CommonOptions) => list(context, which, options));
}

const listedMax = 200;

async function list(context: Context, which: string | undefined, options: CommonOptions): Promise<void> {
  const found = await withStore(context, options, async (store) =>
    listAlerts(store.db, {
      limit: listedMax,
      ...(which !== undefined && { organizationId: await organizationId(store.db, which) }),
    }),
  );
  if (options.json) return context.out(renderJson(found));
  if (found.length === 0) return context.out('There was no alert.\n');
  const rows = found.map(({ createdAtMs, kind, organization = '', message, deliveries }) => [
    new Date(createdAtMs).toISOString().slice(0, 19).replace('T', ' '),
    kind,
    organization,
    deliveries.length === 0
      ? 'nobody'
      : `${deliveries.filter(({ status }) => status === 'delivered').length} of ${deliveries.length}`,
    message,
  ]);
  context.out(renderTable(['TIME (UTC)', 'KIND', 'ORGANIZATION', 'TOLD', 'MESSAGE'], rows));
}

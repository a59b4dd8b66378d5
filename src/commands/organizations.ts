/** `tollgate organizations list|update`: who pays how. Organizations are made when a key is made for them. */
import { type Command, Option } from 'commander';
import { listBilling, updateBilling } from '../control/organizations/billing.ts';
import type { Billing, OrganizationInfo } from '../control/organizations/info.ts';
import { addCommonOptions, type CommonOptions, type Context, withStore } from './context.ts';
import { organizationId } from './organization.ts';
import { CommandFailure, exitCodes } from './outcome.ts';
import { renderJson, renderTable } from './table.ts';

export function addOrganizations(program: Command, context: Context): void {
  const organizations = program.command('organizations').description('list organizations, and say how they pay');
  addCommonOptions(organizations.command('list').description('list organizations by their names')).action(
    (options: CommonOptions) => list(context, options),
  );
  addCommonOptions(organizations.command('update').description('change how an organization pays'))
    .argument('<organization>', 'its name or id')
    .addOption(
      new Option('--billing <how>', 'metered: counted and billed later; prepaid: spends its wallet').choices([
        'metered',
        'prepaid',
        'plan',
      ]),
    )
    .option('--time-zone <name>', "by which its budgets' days, weeks and months begin: Europe/Berlin")
    .action((which: string, options: UpdateOptions) => update(context, which, options));
}

async function list(context: Context, options: CommonOptions): Promise<void> {
  const rows = await withStore(context, options, (store) => listBilling(store.db));
  if (options.json) return context.out(renderJson(rows));
  if (rows.length === 0)
    return context.out('There are no organizations. "tollgate keys create NAME" makes the first.\n');
  context.out(renderTable(['NAME', 'BILLING', 'TIME ZONE', 'STATE', 'ID'], rows.map(cells)));
}

interface UpdateOptions extends CommonOptions {
  readonly billing?: Billing;
  readonly timeZone?: string;
}

async function update(context: Context, which: string, options: UpdateOptions): Promise<void> {
  const { billing, timeZone } = options;
  if (billing === undefined && timeZone === undefined) {
    throw new CommandFailure(exitCodes.usage, 'There is nothing to change.', 'Give --billing or --time-zone.');
  }
  const change = { ...(billing !== undefined && { billing }), ...(timeZone !== undefined && { timeZone }) };
  const row = await withStore(context, options, async (store) =>
    updateBilling(store.db, await organizationId(store.db, which), change),
  );
  if (row === undefined) return;
  context.out(
    options.json ? renderJson(row) : renderTable(['NAME', 'BILLING', 'TIME ZONE', 'STATE', 'ID'], [cells(row)]),
  );
}

function cells({ name, billing, timeZone, disabled, blockedReason, id }: OrganizationInfo): string[] {
  const state = disabled ? 'disabled' : blockedReason === undefined ? 'active' : `blocked: ${blockedReason}`;
  return [name, billing, timeZone, state, id];
}

/** `tollgate ledger verify|export`: the books recomputed, and the books as a file. */
import { type Command, Option } from 'commander';
import { ledgerChecks } from '../control/ledger/check.ts';
import { type ExportFormat, exportLedger } from '../ledger/export.ts';
import { type Verification, verifyLedger } from '../ledger/verify.ts';
import { systemClock } from '../lib/clock.ts';
import { addCommonOptions, type CommonOptions, type Context, withStore } from './context.ts';
import { organizationId } from './organization.ts';
import { CommandFailure, exitCodes } from './outcome.ts';
import { renderJson } from './table.ts';
import { parseTime } from './time.ts';

export function addLedger(program: Command, context: Context): void {
  const ledger = program.command('ledger').description('check the books, or write them to a file');
  addCommonOptions(ledger.command('verify').description('recompute the books, and name every row that does not agree'))
    .option('--idle', 'no gateway runs: then nothing may be held either')
    .option('--anchor <seq:hash>', 'a head that an earlier run printed: the chain must still go through it')
    .addHelpText('after', '\nReads only; may run beside gateways. Exit code 1: something does not agree.')
    .action((options: VerifyOptions) => verify(context, options));
  addCommonOptions(ledger.command('export').description('write all transfers, in order, with exact amounts'))
    .addOption(new Option('--format <format>', 'of the file').choices(['csv', 'jsonl', 'hledger']).default('csv'))
    .option('--from <when>', 'only what was written from then on: 30d or 2027-01-01')
    .option('--to <when>', 'only what was written before')
    .option('--organization <name>', "only this organization's, by name or id")
    .action((options: ExportOptions) => write(context, options));
}

interface VerifyOptions extends CommonOptions {
  readonly idle?: boolean;
  readonly anchor?: string;
}

async function verify(context: Context, options: VerifyOptions): Promise<void> {
  const anchor = options.anchor === undefined ? undefined : parseAnchor(options.anchor);
  const asked = { checks: ledgerChecks, idle: options.idle === true, ...(anchor && { anchor }) };
  const result = await withStore(context, options, (store) => verifyLedger(store, asked));
  context.out(options.json ? renderJson(result) : renderText(result));
  if (result.drift > 0) process.exitCode = exitCodes.failure;
}

function parseAnchor(text: string) {
  const [, seq, hash = ''] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (seq !== undefined) return { seq: Number(seq), hash };
  const remedy = 'Give the head as an earlier run printed it: a number, a colon and 64 hexadecimal digits.';
  throw new CommandFailure(exitCodes.usage, `--anchor ${JSON.stringify(text.slice(0, 80))} is no head.`, remedy);
}

function renderText({ drift, warnings, findings, counts, head }: Verification): string {
  const { links, transfers, entries, accounts, usageRows, openLeases } = counts;
  const lines = findings.map(
    ({ rule, level, row, message }) => `${level.padEnd(8)} ${rule.padEnd(6)} ${row}: ${message}`,
  );
  const more = drift + warnings - findings.length;
  return [
    ...lines,
    ...(more > 0 ? [`... and ${more} more`] : []),
    `${transfers} transfers with ${entries} entries in ${links} links, ${accounts} accounts, ${usageRows} rows of usage, ${openLeases} open leases`,
    `head = ${head.seq}:${head.hash}`,
    `drift = ${drift}${warnings === 0 ? '' : `, warnings = ${warnings}`}`,
  ]
    .map((line) => `${line}\n`)
    .join('');
}

interface ExportOptions extends CommonOptions {
  readonly format: ExportFormat;
  readonly from?: string;
  readonly to?: string;
  readonly organization?: string;
}

async function write(context: Context, options: ExportOptions): Promise<void> {
  if (options.json) {
    throw new CommandFailure(exitCodes.usage, 'An export is a file, not a result.', 'Use --format jsonl.');
  }
  const { format, from, to, organization } = options;
  const nowMs = systemClock.nowMs();
  const fromMs = from === undefined ? undefined : parseTime('--from', from, 'past', nowMs);
  const toMs = to === undefined ? undefined : parseTime('--to', to, 'past', nowMs);
  await withStore(context, options, async (store) => {
    const filter = {
      ...(fromMs !== undefined && { fromMs }),
      ...(toMs !== undefined && { toMs }),
      ...(organization !== undefined && { organizationId: await organizationId(store.db, organization) }),
    };
    for await (const text of exportLedger(store.db, format, filter)) {
      context.out(text);
      await context.drained();
    }
  });
}

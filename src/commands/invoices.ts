/** `tollgate invoices list|close|pdf`: what customers are billed, for the operator. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Command, Option } from 'commander';
import { closeMonths } from '../control/invoices/close.ts';
import { renderPdf } from '../control/invoices/pdf.ts';
import { findInvoice, type Invoice, listInvoices } from '../control/invoices/records.ts';
import { invoiceSheet } from '../control/invoices/sheet.ts';
import { systemClock } from '../lib/clock.ts';
import { formatUsd } from '../lib/money.ts';
import type { InvoiceStatus } from '../store/schema/invoices.ts';
import { usdText } from './amount.ts';
import { addCommonOptions, type CommonOptions, type Context, withStore } from './context.ts';
import { organizationId } from './organization.ts';
import { CommandFailure, exitCodes } from './outcome.ts';
import { renderJson, renderTable } from './table.ts';

export function addInvoices(program: Command, context: Context): void {
  const invoices = program.command('invoices').description('list, make and print invoices');
  addCommonOptions(invoices.command('list').description('list invoices, newest first'))
    .argument('[organization]', 'its name or id (default: all)')
    .addOption(new Option('--status <status>', 'only these').choices(['open', 'paid', 'void']))
    .action((which: string | undefined, options: ListOptions) => list(context, which, options));
  addCommonOptions(
    invoices.command('close').description('make the invoices of all months that are over (the server does it hourly)'),
  )
    .argument('<organization>', 'its name or id')
    .action((which: string, options: CommonOptions) => close(context, which, options));
  addCommonOptions(invoices.command('pdf').description('write an invoice as PDF'))
    .argument('<invoice>', 'its number or id')
    .option('--out <file>', 'where to (default: <number>.pdf)')
    .action((which: string, options: PdfOptions) => pdf(context, which, options));
}

interface ListOptions extends CommonOptions {
  readonly status?: InvoiceStatus;
}

interface PdfOptions extends CommonOptions {
  readonly out?: string;
}

const listedMax = 1_000;

async function list(context: Context, which: string | undefined, options: ListOptions): Promise<void> {
  const { status } = options;
  const found = await withStore(context, options, async (store) =>
    listInvoices(store.db, {
      limit: listedMax,
      ...(which !== undefined && { organizationId: await organizationId(store.db, which) }),
      ...(status !== undefined && { status }),
    }),
  );
  if (options.json) return context.out(renderJson(found.map(toJson)));
  if (found.length === 0) return context.out('There is no invoice.\n');
  const rows = found.map((invoice) => [
    invoice.number,
    invoice.period,
    invoice.buyer.name ?? invoice.organization_id,
    formatUsd(invoice.charges_nano_usd),
    formatUsd(invoice.due_nano_usd),
    formatUsd(invoice.openNanoUsd),
    invoice.status,
  ]);
  context.out(renderTable(['NUMBER', 'MONTH', 'CUSTOMER', 'CHARGES', 'DUE', 'OPEN', 'STATUS'], rows));
}

function toJson(invoice: Invoice): object {
  const { id, number, period, status } = invoice;
  return {
    id,
    number,
    organizationId: invoice.organization_id,
    period,
    status,
    chargesUsd: usdText(invoice.charges_nano_usd),
    taxUsd: usdText(invoice.tax_nano_usd),
    dueUsd: usdText(invoice.due_nano_usd),
    openUsd: usdText(invoice.openNanoUsd),
  };
}

async function close(context: Context, which: string, options: CommonOptions): Promise<void> {
  const made = await withStore(context, options, async (store) => {
    const id = await organizationId(store.db, which);
    const months = await closeMonths({ store, clock: systemClock }, id);
    const ids = new Set(months.map(({ invoiceId }) => invoiceId));
    return (await listInvoices(store.db, { organizationId: id, limit: listedMax })).filter((each) => ids.has(each.id));
  });
  if (options.json) return context.out(renderJson(made.map(toJson)));
  for (const { number } of made) context.out(`${number}\n`);
  if (made.length === 0) context.err('No month that is over had anything to charge for that is not invoiced.\n');
}

async function pdf(context: Context, which: string, options: PdfOptions): Promise<void> {
  const found = await withStore(context, options, (store) => findInvoice(store.db, which));
  if (found === undefined) {
    const remedy = 'See "tollgate invoices list".';
    throw new CommandFailure(exitCodes.failure, `There is no invoice ${JSON.stringify(which.slice(0, 80))}.`, remedy);
  }
  const file = options.out ?? `${found.number.replaceAll(/[^A-Za-z0-9._-]+/g, '-')}.pdf`;
  const body = await renderPdf(invoiceSheet(found), found.created_at);
  try {
    writeFileSync(path.resolve(context.cwd, file), body);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown';
    throw new CommandFailure(
      exitCodes.failure,
      `${file} cannot be written: ${reason}.`,
      'Name another file with --out.',
    );
  }
  context.out(options.json ? renderJson({ file }) : `${file}\n`);
}

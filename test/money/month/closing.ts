/** The end of the month: invoices, a credit note, and tables whose columns must come to the same; then the next month. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { ledgerChecks } from '../../../src/control/ledger/check.ts';
import { expireCredit } from '../../../src/control/selling/expiry.ts';
import { verifyLedger } from '../../../src/ledger/verify.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { formatUsd, parseUsd } from '../../../src/lib/money.ts';
import { renewDue } from '../../fakes/stripe/billing.ts';
import { totals } from '../../fakes/stripe/payments.ts';
import { until } from '../../until.ts';
import type { Customer, UsageRow } from './customer.ts';
import { sum } from './narrator.ts';
import type { Transfer } from './office.ts';
import { type Cast, period } from './story.ts';

type Amounts<T extends string> = Readonly<Record<T, string>>;
interface Invoice
  extends Amounts<'chargesUsd' | 'creditUsd' | 'walletUsd' | 'directUsd' | 'houseUsd' | 'netUsd' | 'dueUsd'> {
  readonly id: string;
  readonly number: string;
  readonly status: string;
  readonly lines: readonly {
    readonly kind: string;
    readonly model: string | null;
    readonly description: string | null;
    readonly requests: number;
    readonly amountUsd: string;
  }[];
}

const usd = parseUsd;

export async function closeMonth(cast: Cast, directory: string): Promise<void> {
  const { office, tell, world, northwind, contoso } = cast;
  const at = '2027-04-01T00:10:00Z';
  await world.goTo(at);
  tell.day(at, 'the month is over: invoices');
  const invoices = [];
  for (const customer of [northwind, contoso]) invoices.push(await makeInvoice(cast, customer, directory));
  tell.say('A credit note: the long answer of 3 March came in the wrong language.');
  const before = await contoso.balance();
  const note = await office.post<{ id: string; number: string; goesTo: string }>(
    `/invoices/${invoices[1]?.id}/credit-notes`,
    { amountUsd: '1.827', reason: 'The answer to the long prompt of 3 March came in the wrong language.' },
  );
  const after = await contoso.balance();
  tell.because(`${note.number}: ${formatUsd(before)} + $1.827 = ${formatUsd(after)} in the ${note.goesTo}`);
  tell.same('the wallet after the credit note', after, before + usd('1.827'));
  save(directory, `${note.number}.pdf`, await office.download(`/credit-notes/${note.id}/pdf`));
  const receipts = await office.all<{ id: string }>(`/receipts?organizationId=${contoso.id}`);
  save(directory, 'receipt-contoso.pdf', await office.download(`/receipts/${receipts[0]?.id}/pdf`));
}

async function makeInvoice({ office, tell }: Cast, customer: Customer, directory: string): Promise<Invoice> {
  const invoice = await office.post<Invoice>(`/organizations/${customer.id}/invoices`, { period });
  tell.say(`${customer.name}: invoice ${invoice.number}, ${invoice.status}`);
  for (const { kind, model, description, requests, amountUsd } of invoice.lines) {
    const count = kind === 'usage' ? `, ${requests} requests` : '';
    tell.because(`${model ?? description}${count}: ${formatUsd(usd(amountUsd))}`);
  }
  const { chargesUsd, creditUsd, walletUsd, directUsd, dueUsd } = invoice;
  tell.because(
    `charges ${text(chargesUsd)} - by credit ${text(creditUsd)} - by wallet ${text(walletUsd)} - by card ${text(directUsd)} = due ${text(dueUsd)}`,
  );
  const lines = sum(invoice.lines.map(({ amountUsd }) => usd(amountUsd)));
  tell.same(`the lines of ${invoice.number}`, lines, usd(chargesUsd));
  const paid = usd(creditUsd) + usd(walletUsd) + usd(directUsd) + usd(invoice.houseUsd);
  tell.same(`what is left of ${invoice.number}`, usd(invoice.netUsd), usd(chargesUsd) - paid);
  save(directory, `${invoice.number}-${customer.name}.pdf`, await office.download(`/invoices/${invoice.id}/pdf`));
  save(directory, `${invoice.number}-${customer.name}.csv`, await office.download(`/invoices/${invoice.id}/csv`));
  return invoice;
}

/** The whole month once more, from what the API lists: each column comes to what another place says. */
export async function showTables(cast: Cast): Promise<void> {
  const { tell, northwind, contoso } = cast;
  tell.day('2027-04-01T00:20:00Z', 'the month in tables');
  const books = await Promise.all([northwind, contoso].map((customer) => readBooks(cast, customer)));
  showStripe(cast, books);
  showWallets(cast, books);
  showCredit(cast, books);
  showInvoices(cast, books);
  await showMargin(cast, books);
}

/** The plan's own month turns at its hour, on the next invoice: a fee, a new allowance, and the old one ends. */
export async function beginNextMonth({ office, tell, world, northwind }: Cast): Promise<void> {
  const at = '2027-04-01T09:00:30Z';
  await world.goTo(at);
  tell.day(at, "northwind's plan turns");
  const before = await office.wallet(northwind.id);
  renewDue(world.standIn.world);
  const granted = usd(before.creditUsd) + usd('95');
  await until('the new month is paid', async () => usd((await office.wallet(northwind.id)).creditUsd) === granted);
  // By itself it runs each minute.
  const { takenNanoUsd } = await expireCredit(world.store, systemClock);
  const after = await office.wallet(northwind.id);
  tell.say('Stripe charges $99.00 for Pro; the allowance of April comes, what was left of the one of March goes:');
  tell.because(
    `credit ${text(before.creditUsd)} + $95.00 - ${formatUsd(takenNanoUsd)} = ${text(after.creditUsd)}; the wallet stays ${text(after.paidUsd)}`,
  );
  tell.same('the allowance of April', usd(after.creditUsd), usd('95'));
  tell.same('the wallet after it', usd(after.paidUsd), usd(before.paidUsd));
}

interface Books {
  readonly customer: Customer;
  readonly usage: readonly UsageRow[];
  readonly invoice: Invoice;
  readonly paidNanoUsd: bigint;
  readonly creditNanoUsd: bigint;
  readonly receivableNanoUsd: bigint;
  /** What the transfers of these kinds did to accounts that begin so. */
  moved(account: string, ...kinds: readonly string[]): bigint;
}

async function readBooks({ office }: Cast, customer: Customer): Promise<Books> {
  const mine = `organizationId=${customer.id}`;
  const transfers = await office.all<Transfer>(`/transfers?${mine}`);
  const wallet = await office.wallet(customer.id);
  const [invoice] = await office.all<Invoice>(`/invoices?${mine}`);
  if (invoice === undefined) throw new Error(`${customer.name} has no invoice`);
  return {
    customer,
    usage: await office.all<UsageRow>(`/usage?${mine}`),
    invoice,
    paidNanoUsd: usd(wallet.paidUsd),
    creditNanoUsd: usd(wallet.creditUsd),
    receivableNanoUsd: usd(wallet.receivableUsd),
    moved: (account, ...kinds) =>
      sum(
        transfers
          .filter((transfer) => kinds.length === 0 || kinds.includes(kindOf(transfer)))
          .flatMap(({ entries }) => entries)
          .filter((entry) => entry.account.startsWith(account))
          .map(({ amountUsd }) => usd(amountUsd)),
      ),
  };
}

/** A credit note goes into a wallet as a payment does. */
function kindOf({ kind, reference }: Transfer): string {
  return reference?.creditNote === undefined ? kind : 'credit-note';
}

function showStripe({ tell, world }: Cast, books: readonly Books[]): void {
  const rows = books.map(({ customer, moved }) => {
    const fees = -moved('stripe:clearing', 'plan-fee');
    const into = -moved('stripe:clearing', 'top-up');
    const out = moved('stripe:clearing') + into + fees;
    return { name: customer.name, fees, into, out, kept: fees + into - out };
  });
  const all = (of: 'fees' | 'into' | 'out' | 'kept') => sum(rows.map((row) => row[of]));
  tell.say('Stripe: what came in, and what went back, by the ledger');
  tell.table(
    ['', 'plan fees', 'top-ups', 'given back', 'kept'],
    [
      ...rows.map(({ name, fees, into, out, kept }) => [name, fees, into, -out, kept]),
      ['both', all('fees'), all('into'), -all('out'), all('kept')],
    ],
  );
  const { paid, refunded, disputed } = totals(world.standIn.world);
  const cents = (count: number) => BigInt(count) * 10_000_000n;
  tell.because(
    `Stripe itself says: ${formatUsd(cents(paid))} paid - ${formatUsd(cents(refunded))} refunded - ${formatUsd(cents(disputed))} disputed = ${formatUsd(cents(paid - refunded - disputed))}`,
  );
  tell.same('what came in', all('fees') + all('into'), cents(paid));
  tell.same('what went back', all('out'), cents(refunded + disputed));
}

function showWallets({ tell }: Cast, books: readonly Books[]): void {
  const rows = books.map(({ customer, moved, paidNanoUsd, receivableNanoUsd }) => {
    const wallet = (...kinds: string[]) => moved('wallet:', ...kinds) + moved('receivable:', ...kinds);
    const [into, used, notes] = [wallet('top-up'), wallet('usage'), wallet('credit-note')];
    const back = wallet() - into - used - notes;
    const left = paidNanoUsd - receivableNanoUsd;
    tell.same(`the wallet of ${customer.name} by its transfers`, into + back + used + notes, left);
    return [customer.name, into, back, notes, used, left];
  });
  tell.say('Wallets: in - given back + credit notes - used = what is left');
  tell.table(['', 'in', 'given back', 'credit notes', 'used', 'left'], rows);
}

function showCredit({ tell }: Cast, books: readonly Books[]): void {
  const rows = books.map(({ customer, moved, creditNanoUsd }) => {
    const [given, used] = [moved('credit:', 'grant'), moved('credit:', 'usage')];
    tell.same(`the credit of ${customer.name} by its transfers`, given + used, creditNanoUsd);
    return [customer.name, given, used, creditNanoUsd];
  });
  tell.say('Allowance: given - used = what is left until 1 April, 09:00');
  tell.table(['', 'given', 'used', 'left'], rows);
}

function showInvoices({ tell }: Cast, books: readonly Books[]): void {
  const rows = books.map(({ customer, moved, usage, invoice }) => {
    const [charged, fees] = [moved('house:revenue', 'usage'), moved('house:plans', 'plan-fee')];
    const rowsSum = sum(usage.map(({ chargeUsd }) => usd(chargeUsd)));
    tell.same(`the rows of usage of ${customer.name}`, rowsSum, charged);
    tell.same(`the invoice of ${customer.name}`, usd(invoice.chargesUsd), charged + fees);
    tell.same(`what ${customer.name} paid by credit`, usd(invoice.creditUsd), -moved('credit:', 'usage'));
    tell.same(`what ${customer.name} paid from its wallet`, usd(invoice.walletUsd), -moved('wallet:', 'usage'));
    tell.same(`what ${customer.name} paid by card`, usd(invoice.directUsd), -moved('stripe:clearing', 'plan-fee'));
    return [customer.name, rowsSum, charged, fees, usd(invoice.chargesUsd), usd(invoice.dueUsd)];
  });
  tell.say('Invoices: the rows of usage = the transfers of usage; those + plan fees = the invoice');
  tell.table(['', 'usage rows', 'usage transfers', 'plan fees', 'invoice', 'due'], rows);
}

async function showMargin({ office, tell }: Cast, books: readonly Books[]): Promise<void> {
  type Sums = Amounts<'revenueUsd' | 'costUsd' | 'marginUsd'>;
  const range = 'since=2027-03-01T00:00:00Z&until=2027-04-02T00:00:00Z';
  const { data, total } = await office.get<{
    readonly data: readonly (Sums & { readonly label: string })[];
    readonly total: Sums & Amounts<'planFeesUsd' | 'paidByCreditUsd' | 'creditNotesUsd'>;
  }>(`/margin?by=customer&${range}`);
  const row = (label: string, of: Sums) => [label, usd(of.revenueUsd), usd(of.costUsd), usd(of.marginUsd)];
  tell.say('Margin: revenue - what providers take');
  tell.table(['', 'revenue', 'cost', 'margin'], [...data.map((each) => row(each.label, each)), row('both', total)]);
  const given = usd(total.paidByCreditUsd);
  const notes = usd(total.creditNotesUsd);
  const money = usd(total.revenueUsd) + usd(total.planFeesUsd) - given - notes;
  tell.because(
    `${text(total.revenueUsd)} of usage + ${text(total.planFeesUsd)} of plan fees - ${formatUsd(given)} paid by allowances - ${formatUsd(notes)} of credit notes = ${formatUsd(money)} earned`,
  );
  const rows = books.flatMap(({ usage }) => usage);
  tell.same('the revenue', usd(total.revenueUsd), sum(rows.map(({ chargeUsd }) => usd(chargeUsd))));
  tell.same('the cost', usd(total.costUsd), sum(rows.map(({ costUsd }) => usd(costUsd))));
  const used = sum(books.map(({ invoice }) => usd(invoice.walletUsd) + usd(invoice.directUsd)));
  tell.same('what was earned', money, used - sum(books.map(({ moved }) => moved('wallet:', 'credit-note'))));
}

/** As `tollgate ledger verify --idle` does. */
export async function verify({ tell, world }: Cast): Promise<void> {
  await world.stop();
  const { drift, findings, counts } = await verifyLedger(world.store, { checks: ledgerChecks, idle: true });
  tell.say(
    `tollgate ledger verify --idle: ${counts.transfers} transfers, ${counts.entries} entries, ${counts.usageRows} rows of usage, drift = ${drift}`,
  );
  for (const { rule, row, message } of findings) tell.because(`${rule} ${row}: ${message}`);
  tell.same('the drift', drift, 0);
}

function save(directory: string, name: string, bytes: Buffer): void {
  writeFileSync(path.join(directory, name), bytes);
}

const text = (amount: string): string => formatUsd(usd(amount));

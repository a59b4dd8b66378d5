/** `tollgate wallet show|credit|grant|take-back|transfers`: an organization's money, moved by the operator. */
import { type Command, Option } from 'commander';
import type { Posted } from '../ledger/post.ts';
import { listTransfers, type Transfer } from '../ledger/transfers.ts';
import { creditWallet, grantCredit, takeBack, type Wallet, walletOf } from '../ledger/wallet.ts';
import { systemClock } from '../lib/clock.ts';
import { newId } from '../lib/id.ts';
import { formatUsd } from '../lib/money.ts';
import type { Store } from '../store/store.ts';
import { parseAmount, usdText } from './amount.ts';
import { addCommonOptions, type CommonOptions, type Context, withStore } from './context.ts';
import { organizationId } from './organization.ts';
import { CommandFailure, exitCodes } from './outcome.ts';
import { renderJson, renderTable } from './table.ts';
import { parseTime } from './time.ts';

export function addWallet(program: Command, context: Context): void {
  const wallet = program.command('wallet').description('show, fill and empty what organizations spend from');
  addCommonOptions(wallet.command('show').description('show what there is, what is held and what is owed'))
    .argument('<organization>', 'its name or id')
    .action((which: string, options: CommonOptions) => show(context, which, options));
  addMove(
    wallet.command('credit').description('add money that was paid'),
    'dollars that were paid: 25 or 12.50',
  ).action((which: string, amount: string, options: MoveOptions) => move(context, which, amount, options, credit));
  addMove(wallet.command('grant').description('give credit, which is spent before paid money'), 'dollars')
    .addOption(new Option('--kind <kind>', 'why').choices(['promotional', 'trial']).default('promotional'))
    .option('--expires <when>', 'until when it can be spent: 30d or 2027-01-31 (default: for ever)')
    .action((which: string, amount: string, options: MoveOptions) => move(context, which, amount, options, grant));
  addMove(wallet.command('take-back').description('take paid money out again: a refund'), 'dollars')
    .option('--owe', 'what is spent already becomes a debt, and blocks all spending until it is paid')
    .action((which: string, amount: string, options: MoveOptions) => move(context, which, amount, options, back));
  addCommonOptions(wallet.command('transfers').description('list what moved, newest first'))
    .argument('[organization]', 'its name or id (default: all)')
    .option('--limit <count>', 'how many', '50')
    .action((which: string | undefined, options: TransferOptions) => transfers(context, which, options));
}

interface MoveOptions extends CommonOptions {
  readonly description?: string;
  readonly key?: string;
  readonly kind?: 'promotional' | 'trial';
  readonly expires?: string;
  readonly owe?: boolean;
}

function addMove(command: Command, amount: string): Command {
  return addCommonOptions(command)
    .argument('<organization>', 'its name or id')
    .argument('<amount>', amount)
    .option('--description <text>', 'for people, on statements')
    .option('--key <text>', 'moves money once, however often the command is repeated with it (default: a new one)');
}

interface Move {
  readonly organizationId: string;
  readonly amountNanoUsd: bigint;
  readonly idempotencyKey: string;
  readonly description?: string;
}

type Mover = (store: Store, move: Move, options: MoveOptions) => Promise<Posted>;

const credit: Mover = (store, move) => creditWallet(store, { ...move, from: 'operator' }, systemClock);

const back: Mover = (store, move, { owe }) =>
  takeBack(store, { ...move, to: 'operator', missing: owe ? 'owe' : 'refuse' }, systemClock);

const grant: Mover = (store, move, { kind = 'promotional', expires }) => {
  const nowMs = systemClock.nowMs();
  const expiresAtMs = expires === undefined ? undefined : parseTime('--expires', expires, 'future', nowMs);
  if (expiresAtMs !== undefined && expiresAtMs <= nowMs) {
    throw new CommandFailure(exitCodes.usage, 'The credit would have expired already.', 'Give a time in the future.');
  }
  return grantCredit(store, { ...move, kind, ...(expiresAtMs !== undefined && { expiresAtMs }) }, systemClock);
};

const descriptionLengthMax = 200;
const keyLengthMax = 200;

async function move(context: Context, which: string, text: string, options: MoveOptions, mover: Mover): Promise<void> {
  const amountNanoUsd = parseAmount('The amount', text);
  const { description, key = newId('cli', systemClock.nowMs()) } = options;
  checkText('--description', description, descriptionLengthMax);
  checkText('--key', key, keyLengthMax);
  const { posted, wallet } = await withStore(context, options, async (store) => {
    const id = await organizationId(store.db, which);
    const asked = { organizationId: id, amountNanoUsd, idempotencyKey: `operator:${key}` };
    const moved = await mover(store, { ...asked, ...(description !== undefined && { description }) }, options);
    return { posted: moved, wallet: await walletOf(store.db, id) };
  });
  if (options.json) return context.out(renderJson({ ...posted, wallet: wallet && toJson(wallet) }));
  const again = posted.replayed ? 'That was done before: nothing was moved now.\n' : '';
  context.out(`${posted.transferId}\n`);
  context.err(`${again}${wallet === undefined ? '' : sentence(wallet)}\n`);
}

function checkText(option: string, text: string | undefined, lengthMax: number): void {
  if (text === undefined || (text.trim() !== '' && text.length <= lengthMax && !/\p{Cc}/u.test(text))) return;
  const remedy = `Use 1 to ${lengthMax} visible characters.`;
  throw new CommandFailure(exitCodes.usage, `${option} cannot be ${JSON.stringify(text.slice(0, 40))}.`, remedy);
}

async function show(context: Context, which: string, options: CommonOptions): Promise<void> {
  const wallet = await withStore(context, options, async (store) =>
    walletOf(store.db, await organizationId(store.db, which)),
  );
  if (wallet === undefined) return;
  if (options.json) return context.out(renderJson(toJson(wallet)));
  const rows = [
    ['balance', formatUsd(wallet.paidNanoUsd + wallet.creditNanoUsd)],
    ['of it paid in', formatUsd(wallet.paidNanoUsd)],
    ['of it credit', formatUsd(wallet.creditNanoUsd)],
    ['at gateways', formatUsd(wallet.heldNanoUsd)],
    ['owed for use', formatUsd(wallet.meteredNanoUsd)],
    ['debt', formatUsd(wallet.receivableNanoUsd)],
    ...(wallet.blockedReason === undefined ? [] : [['blocked', wallet.blockedReason]]),
  ];
  context.out(renderTable(['WALLET', ''], rows));
}

function sentence({ paidNanoUsd, creditNanoUsd, receivableNanoUsd }: Wallet): string {
  const debt = receivableNanoUsd === 0n ? '' : `, and a debt of ${formatUsd(receivableNanoUsd)}`;
  return `It has ${formatUsd(paidNanoUsd)} paid in and ${formatUsd(creditNanoUsd)} of credit${debt}.`;
}

function toJson(wallet: Wallet): object {
  return {
    balanceUsd: usdText(wallet.paidNanoUsd + wallet.creditNanoUsd),
    paidUsd: usdText(wallet.paidNanoUsd),
    creditUsd: usdText(wallet.creditNanoUsd),
    lentUsd: usdText(wallet.heldNanoUsd),
    meteredUsd: usdText(wallet.meteredNanoUsd),
    receivableUsd: usdText(wallet.receivableNanoUsd),
    blockedReason: wallet.blockedReason ?? null,
  };
}

interface TransferOptions extends CommonOptions {
  readonly limit: string;
}

const transfersMax = 10_000;

async function transfers(context: Context, which: string | undefined, options: TransferOptions): Promise<void> {
  const limit = /^[1-9]\d{0,4}$/.test(options.limit) ? Number(options.limit) : 0;
  if (limit < 1 || limit > transfersMax) {
    const remedy = `Write a whole number from 1 to ${transfersMax}; "tollgate ledger export" has all of them.`;
    throw new CommandFailure(exitCodes.usage, `--limit ${JSON.stringify(options.limit)} is no number.`, remedy);
  }
  const found = await withStore(context, options, async (store) => {
    const filter = which === undefined ? {} : { organizationId: await organizationId(store.db, which) };
    return listTransfers(store.db, { ...filter, limit });
  });
  if (options.json) return context.out(renderJson(found.map(transferJson)));
  if (found.length === 0) return context.out('Nothing was moved yet.\n');
  const rows = found.flatMap((transfer) =>
    transfer.entries.map(({ account, amountNanoUsd }, i) => [
      ...(i === 0
        ? [new Date(transfer.createdAtMs).toISOString().slice(0, 19).replace('T', ' '), transfer.kind, transfer.id]
        : ['', '', '']),
      account,
      formatUsd(amountNanoUsd),
      // A refund and a dispute are of one kind; only this tells them apart.
      i === 0 ? (transfer.description ?? '') : '',
    ]),
  );
  context.out(renderTable(['TIME (UTC)', 'KIND', 'TRANSFER', 'ACCOUNT', 'AMOUNT', 'DESCRIPTION'], rows));
}

function transferJson({ createdAtMs, entries, ...rest }: Transfer): object {
  return {
    ...rest,
    createdAtMs,
    entries: entries.map(({ account, amountNanoUsd }) => ({ account, amountUsd: usdText(amountNanoUsd) })),
  };
}

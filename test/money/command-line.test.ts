/** The operator's daily commands for money: what they say, their exit codes, JSON for programs. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { Command, CommanderError } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addBudgets } from '../../src/commands/budgets.ts';
import type { Context } from '../../src/commands/context.ts';
import { addKeys } from '../../src/commands/keys.ts';
import { addLedger } from '../../src/commands/ledger.ts';
import { addOrganizations } from '../../src/commands/organizations.ts';
import { endingOf, exitCodes } from '../../src/commands/outcome.ts';
import { addWallet } from '../../src/commands/wallet.ts';
import { postUsage } from '../../src/ledger/post-usage.ts';
import type { Store } from '../../src/store/store.ts';
import { type TestDatabase, testDatabase } from '../postgres.ts';
import { dollar, editByHand, settlement } from './books.ts';

const home = mkdtempSync(path.join(tmpdir(), 'tollgate-money-'));
let database: TestDatabase;
let store: Store;

beforeAll(async () => {
  database = await testDatabase();
  store = await database.open();
});
afterAll(async () => {
  await database.close();
  rmSync(home, { recursive: true, force: true });
});

const wordsOf = (line: string) => line.match(/"[^"]*"|\S+/g)?.map((word) => word.replaceAll('"', '')) ?? [];
const env = () => ({
  TOLLGATE_DATA_DIR: home,
  TOLLGATE_DATABASE_URL: database.url,
  TOLLGATE_DATABASE_SCHEMA: database.schema,
});

/** The command in this process: a process of its own would take a second each, on a machine that has nothing else to do. */
async function run(line: string) {
  let stdout = '';
  let stderr = '';
  const context: Context = {
    env: env(),
    cwd: home,
    version: '0',
    out: (written) => {
      stdout += written;
    },
    err: (written) => {
      stderr += written;
    },
    drained: async () => {},
    isTerminal: false,
  };
  const program = new Command('tollgate').exitOverride();
  for (const add of [addKeys, addOrganizations, addWallet, addBudgets, addLedger]) add(program, context);
  configure(program, (written) => context.err(written));
  const before = process.exitCode;
  try {
    await program.parseAsync(wordsOf(line), { from: 'user' });
    return { status: Number(process.exitCode ?? 0), stdout, stderr };
  } catch (error) {
    if (error instanceof CommanderError) return { status: exitCodes.usage, stdout, stderr };
    const { exitCode, text: told } = endingOf(error);
    return { status: exitCode, stdout, stderr: `${stderr}${told}\n` };
  } finally {
    process.exitCode = before;
  }
}

/** What commander says itself goes where the rest goes. */
function configure(command: Command, writeErr: (text: string) => void): void {
  command.configureOutput({ writeErr });
  for (const each of command.commands) configure(each.exitOverride(), writeErr);
}

/** The same as a person would start it. */
async function start(line: string) {
  const child = spawn(process.execPath, [path.resolve(import.meta.dirname, '../../src/main.ts'), ...wordsOf(line)], {
    cwd: home,
    env: { PATH: process.env.PATH, ...env() },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 25_000,
  });
  const ended = once(child, 'close');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [status] = await ended;
  return { status, stdout, stderr };
}

/** The result of a command that does what it is asked. */
async function json(line: string) {
  const { status, stdout, stderr } = await run(`${line} --json`);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout);
}

/** A mistake: one sentence with its remedy, and the exit code. */
async function refused(line: string): Promise<[number, string]> {
  const { status, stderr } = await run(line);
  expect(stderr).not.toMatch(/\n\s+at |Error:/);
  return [status, stderr];
}

describe('a reseller’s first day', () => {
  it('organizations come with their first key, and are told how to pay and by which clock', async () => {
    await json('keys create bot --organization acme --project web --member ann');
    expect((await run('organizations update acme --billing prepaid --time-zone Europe/Berlin')).stdout).toMatch(
      /^acme +prepaid +Europe\/Berlin +active +org_/m,
    );
    expect(await json('organizations list')).toMatchObject([
      { name: 'acme', billing: 'prepaid', timeZone: 'Europe/Berlin' },
    ]);
    expect(await json('keys list')).toMatchObject([{ name: 'bot', project: 'web', member: 'ann' }]);
  });

  it('wallets are filled, used and emptied, each move once', async () => {
    const credited = await json('wallet credit acme 12.50 --description "invoice 7" --key inv-7');
    expect(credited).toMatchObject({ replayed: false, wallet: { paidUsd: '12.50', balanceUsd: '12.50' } });
    expect(await json('wallet credit acme 12.50 --key inv-7')).toMatchObject({
      transferId: credited.transferId,
      replayed: true,
      wallet: { paidUsd: '12.50' },
    });
    await json('wallet grant acme 0.000000001 --expires 30d');
    const [row] = await store.db.selectFrom('organizations').select('id').where('name', '=', 'acme').execute();
    const acme = row?.id ?? '';
    await postUsage(store.db, [settlement({ organizationId: acme, chargeNanoUsd: 2n * dollar })]);
    expect(await json(`wallet take-back ${acme} 0.5`)).toMatchObject({ wallet: { paidUsd: '10.000000001' } });
    expect((await run('wallet show acme')).stdout).toMatch(
      /^balance +\$10\.000000001\nof it paid in +\$10\.000000001\nof it credit +\$0\.00\nat gateways +\$0\.00\n/m,
    );
    const moves: { kind: string; description?: string }[] = await json('wallet transfers acme');
    expect(moves.map(({ kind }) => kind)).toEqual(['take-back', 'usage', 'grant', 'top-up']);
    expect((await run('wallet transfers acme')).stdout).toMatch(/ top-up .* -\$12\.50 +invoice 7\n/);
    expect(moves[3]).toMatchObject({
      description: 'invoice 7',
      entries: [
        { account: 'house:operator', amountUsd: '-12.50' },
        { account: `wallet:${acme}`, amountUsd: '12.50' },
      ],
    });
    expect(await json('wallet take-back acme 11 --owe')).toMatchObject({
      wallet: {
        paidUsd: '0.00',
        receivableUsd: '0.999999999',
        blockedReason: expect.stringContaining('spent already'),
      },
    });
    expect((await run('organizations list')).stdout).toContain('blocked: $0.999999999');
  });

  it('budgets are made, listed with what is used, and removed', async () => {
    const made = await json('budgets create --organization acme --project web --tokens 1000000 --window month');
    expect(made).toMatchObject({ owner: 'project', ownerName: 'web', limit: '1000000', action: 'refuse', spent: '0' });
    const other = await json(
      'budgets create --organization acme --usd 10 --window day --action switch --switch-to cheap',
    );
    expect(other).toMatchObject({ owner: 'organization', unit: 'usd', limit: '10.00', switchTo: 'cheap' });
    await json('budgets create --organization acme --key bot --requests 5 --window total --action warn');
    const [key] = await store.db.selectFrom('keys').select(['id', 'organization_id']).execute();
    const asked = { organizationId: key?.organization_id ?? '', keyId: key?.id ?? '', chargeNanoUsd: dollar };
    await postUsage(store.db, [settlement(asked)]);
    const budgets: { unit: string; spent: string }[] = await json('budgets list --organization acme');
    expect(budgets.map(({ unit, spent }) => [unit, spent])).toEqual([
      ['requests', '1'],
      ['usd', '1.00'],
      ['tokens', '15'],
    ]);
    expect((await run('budgets list')).stdout).toMatch(/^acme +project web +1000000 tokens +month +15 tokens /m);
    expect(await json(`budgets update ${made.id} --limit 2000000 --off`)).toMatchObject({
      limit: '2000000',
      disabled: true,
    });
    expect((await run('budgets list')).stdout).toMatch(/^acme +project web +2000000 tokens +month +15 tokens .* off /m);
    expect((await run(`budgets update ${other.id} --action warn`)).stdout).toMatch(
      /\$10\.00 each day, then only warned\.$/m,
    );
    expect((await refused(`budgets update ${made.id} --limit 1.5`))[1]).toMatch(/whole number of tokens/);
    expect((await run(`budgets remove ${made.id}`)).status).toBe(0);
    expect((await refused(`budgets remove ${made.id}`))[0]).toBe(1);
  });

  it('the books agree, are exported, and a row that was edited is named with exit code 1', async () => {
    const well = await run('ledger verify');
    expect(well.stdout).toMatch(/\nhead = \d+:[0-9a-f]{64}\ndrift = 0(, warnings = \d+)?\n$/);
    expect(well.status).toBe(0);
    const head = /head = (\S+)/.exec(well.stdout)?.[1];
    expect((await json(`ledger verify --idle --anchor ${head}`)).drift).toBe(0);
    const csv = (await start('ledger export --organization acme --from 1h')).stdout;
    const exported = (await run('ledger export --format jsonl')).stdout.trimEnd().split('\n');
    const entries = exported.flatMap((line) => JSON.parse(line).entries);
    expect(csv.trimEnd().split('\r\n')).toHaveLength(entries.length + 1);
    expect((await run('ledger export --format hledger')).stdout).toContain('    liabilities:wallet:org_');
    await editByHand(store, `UPDATE accounts SET posted_nano_usd = posted_nano_usd + 1 WHERE id = 'house:revenue'`);
    const wrong = await start('ledger verify');
    expect(wrong.stdout).toMatch(/^drift +I2 +account house:revenue: it says \d+, and its entries sum to \d+$/m);
    expect(wrong.stdout).toMatch(/\ndrift = 1/);
    expect(wrong.status).toBe(1);
  });
});

describe('a mistake names the rule and the remedy, and changes nothing', () => {
  it.each([
    ['wallet credit acme 0', 2, /is not an amount.*above 0/],
    ['wallet credit acme 1.0000000001', 2, /is not an amount/],
    ['wallet credit acne 1', 1, /no organization "acne"\. Did you mean "acme"\?/],
    ['wallet credit acme 13 --key inv-7', 1, /stands for another transfer/],
    ['wallet take-back acme 1', 1, /cannot be taken back.*let the rest become a debt/],
    ['wallet transfers --limit 0', 2, /whole number from 1 to 10000/],
    ['budgets create --organization acme', 2, /Give one of --usd, --tokens and --requests/],
    ['budgets create --organization acme --usd 1 --tokens 5', 2, /one limit/],
    ['budgets create --organization acme --usd 1 --key bot --tag x', 2, /--key and --tag are two/],
    ['budgets create --organization acme --usd 1 --key nobody', 2, /no valid key "nobody"/],
    ['budgets create --organization acme --usd 1 --action switch', 2, /has to name a route/],
    ['budgets create --organization acme --usd 1 --switch-to cheap', 2, /no route to switch to/],
    ['budgets create --organization acme --usd 1 --window year', 2, /Allowed choices are day, week, month, total/],
    ['organizations update acme --time-zone Europe/Berln', 2, /is not a time zone/],
    ['organizations update acme --billing plan', 2, /comes with a subscription/],
    ['organizations update acme', 2, /nothing to change/],
    ['ledger verify --anchor 12', 2, /is no head/],
    ['ledger export --from soon', 2, /not a point in time/],
  ] as const)('%s', async (line, status, words) => {
    const before = await store.db.selectFrom('transfers').select('id').execute();
    const [code, told] = await refused(line);
    expect(told).toMatch(words);
    expect(code).toBe(status);
    expect(await store.db.selectFrom('transfers').select('id').execute()).toHaveLength(before.length);
  });
});

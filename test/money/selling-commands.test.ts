/** `tollgate plans`, `subscribe`, `prices` and `margin`: what they say, their exit codes, JSON for programs. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command, CommanderError } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Context } from '../../src/commands/context.ts';
import { addMargin } from '../../src/commands/margin.ts';
import { endingOf, exitCodes } from '../../src/commands/outcome.ts';
import { addPlans } from '../../src/commands/plans.ts';
import { addPrices } from '../../src/commands/prices.ts';
import { postUsage } from '../../src/ledger/post-usage.ts';
import { creditWallet } from '../../src/ledger/wallet.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { Store } from '../../src/store/store.ts';
import { type TestDatabase, testDatabase } from '../postgres.ts';
import { dollar, prepaid, settlement } from './books.ts';

const home = mkdtempSync(path.join(tmpdir(), 'tollgate-selling-'));
let database: TestDatabase;
let store: Store;
let acme: string;

beforeAll(async () => {
  database = await testDatabase();
  store = await database.open();
  acme = await prepaid(store, 'acme');
  const credit = { organizationId: acme, amountNanoUsd: 60n * dollar, idempotencyKey: 'c', from: 'operator' as const };
  await creditWallet(store, credit, systemClock);
});
afterAll(async () => {
  await database.close();
  rmSync(home, { recursive: true, force: true });
});

async function run(line: string) {
  let [stdout, stderr] = ['', ''];
  const context: Context = {
    env: {
      TOLLGATE_DATA_DIR: home,
      TOLLGATE_DATABASE_URL: database.url,
      TOLLGATE_DATABASE_SCHEMA: database.schema,
      OPENAI_API_KEY: 'sk-nothing-is-asked-with-it',
    },
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
  for (const add of [addPlans, addPrices, addMargin]) add(program, context);
  silence(program);
  try {
    await program.parseAsync(line.split(' '), { from: 'user' });
    return { status: exitCodes.ok as number, stdout, stderr };
  } catch (error) {
    if (error instanceof CommanderError) return { status: exitCodes.usage as number, stdout, stderr };
    const { exitCode, text } = endingOf(error);
    return { status: exitCode as number, stdout, stderr: text };
  }
}

function silence(command: Command): void {
  command.configureOutput({ writeErr: () => {} });
  for (const each of command.commands) silence(each.exitOverride());
}

describe('tollgate plans', () => {
  it('lists what is sold, makes plans and ends them', async () => {
    const listed = (await run('plans list')).stdout;
    expect(listed).toMatch(/^NAME +MONTHLY/);
    expect(listed).toMatch(/^Plus +\$29\.00 +\$27\.00 +wallet +300 rpm +all/m);
    const made = await run(
      'plans create Team --monthly 49 --allowance 40 --rpm 5 --models openai/*,main --markup 12.5',
    );
    expect(made.stdout).toMatch(/Team +\$49\.00 +\$40\.00 +stop +5 rpm +openai\/\*,main +12\.5 %/);
    expect((await run('plans end team')).stdout).toContain('ended');
    expect(await run('plans end team')).toMatchObject({ status: exitCodes.failure });
    expect(await run('plans create Odd --monthly 1.001')).toMatchObject({ status: exitCodes.usage });
    expect(await run('plans create Odd --monthly x')).toMatchObject({ status: exitCodes.usage });
    expect(await run('plans create Odd --monthly 1 --rpm x')).toMatchObject({ status: exitCodes.usage });
    expect(JSON.parse((await run('plans list --all --json')).stdout)).toHaveLength(5);
  });
});

describe('tollgate subscribe', () => {
  it('starts, changes and cancels a plan, and says first what that costs', async () => {
    expect((await run('subscribe acme Plus --preview')).stdout).toContain('the whole month is paid');
    expect((await run('subscribe acme Starter')).stdout).toContain('$9.00 was paid');
    expect((await run('subscribe acme Plus --preview')).stdout).toMatch(/^Plus at once, for \$(19\.9|20\.00)/);
    expect((await run('subscribe acme Plus')).stdout).toContain('Changed to Plus at once');
    expect((await run('subscribe acme Free')).stdout).toMatch(/Changed to Free from \d{4}-\d\d-\d\d on/);
    expect((await run('subscribe acme --cancel period-end')).stdout).toContain('It has the plan until');
    expect((await run('subscribe acme --cancel now')).stdout).toMatch(/It has no plan now; \$(28\.9|29\.0)/);
    const json = JSON.parse((await run('subscribe acme Starter --json')).stdout);
    expect(json).toMatchObject({ planId: 'plan_starter', status: 'active', pays: 'wallet' });
  });

  it('refuses what cannot be, and says why', async () => {
    expect(await run('subscribe nobody Plus')).toMatchObject({ status: exitCodes.failure });
    expect((await run('subscribe acme Gold')).stderr).toContain('There is no plan "Gold" for sale');
    expect((await run('subscribe acme Pro')).stderr).toContain('The plan takes');
    expect(await run('subscribe acme')).toMatchObject({ status: exitCodes.usage });
    expect(await run('subscribe acme Plus --cancel now')).toMatchObject({ status: exitCodes.usage });
  });

  it('says what a change would cost where Stripe bills the plan, and leaves the change to Stripe', async () => {
    await run('subscribe acme Starter');
    const billed = { pays: 'stripe', stripe_subscription_id: 'sub_x' } as const;
    const mine = store.db.updateTable('subscriptions').set(billed).where('organization_id', '=', acme);
    await mine.where('status', '<>', 'cancelled').execute();
    expect((await run('subscribe acme Plus --preview')).stdout).toMatch(/^Plus at once, for \$(19\.9|20\.00)/);
    for (const line of ['Plus', '--cancel now', '--cancel now --preview']) {
      expect((await run(`subscribe acme ${line}`)).stderr).toContain('Stripe bills the plan');
    }
  });
});

describe('tollgate prices', () => {
  it('sets, lists and ends prices, and warns of one below cost', async () => {
    const { stdout } = await run('prices set --markup 20');
    expect(stdout).toMatch(/^sp_\w+\n$/);
    const below = await run('prices set --organization acme --model openai/gpt-4o --input 0.01 --output 0.01');
    expect(below.stderr).toContain('openai/gpt-4o costs more than this price: input, output');
    const listed = (await run('prices list')).stdout;
    expect(listed).toMatch(/all +all +cost \+ 20 % +in force/);
    expect(listed).toContain('input $0.01, output $0.01');
    expect((await run(`prices end ${stdout.trim()}`)).stdout).toContain('It has ended');
    expect((await run('prices list')).stdout).not.toContain('20 %');
  });

  it.each([
    ['prices set', exitCodes.usage],
    ['prices set --markup x', exitCodes.usage],
    ['prices set --markup 1001', exitCodes.usage],
    ['prices set --input 1', exitCodes.usage],
    ['prices set --input 1 --output much', exitCodes.usage],
    ['prices set --markup 1 --model gpt-5', exitCodes.usage],
    ['prices end sp_x', exitCodes.failure],
  ])('refuses %s', async (line, status) => {
    expect((await run(line)).status).toBe(status);
  });
});

describe('tollgate margin', () => {
  it('adds up to the nano-dollar', async () => {
    const row = JSON.parse(settlement({ organizationId: acme, chargeNanoUsd: 0n }));
    await postUsage(store.db, [
      JSON.stringify({ ...row, chargeNanoUsd: '1200000001', costNanoUsd: '1000000000', houseCostNanoUsd: '5' }),
    ]);
    const { stdout } = await run('margin --by customer --since 1d --organization acme');
    expect(stdout).toMatch(/acme +1 +\$1\.200000001 +\$1\.00 +\$0\.000000005 +\$0\.199999996 +16\.6 %/);
    expect(stdout).toContain('was paid with credit');
    const json = JSON.parse((await run('margin --json')).stdout);
    expect(json.total).toMatchObject({ revenueUsd: '1.200000001', marginUsd: '0.199999996' });
    expect(await run('margin --time-zone Mars')).toMatchObject({ status: exitCodes.usage });
  });
});

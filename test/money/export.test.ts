/** The ledger as a file: every entry, exact, in the words of the program that reads it. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ExportFormat, exportLedger } from '../../src/ledger/export.ts';
import { postUsage } from '../../src/ledger/post-usage.ts';
import { listTransfers } from '../../src/ledger/transfers.ts';
import { creditWallet, grantCredit } from '../../src/ledger/wallet.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { parseUsd } from '../../src/lib/money.ts';
import type { Store } from '../../src/store/store.ts';
import { type TestDatabase, testDatabase } from '../postgres.ts';
import { dollar, prepaid, settlement } from './books.ts';

let database: TestDatabase;
let store: Store;
let acme: string;
let other: string;

beforeAll(async () => {
  database = await testDatabase();
  store = await database.open();
  acme = await prepaid(store, '=acme, "Inc"');
  other = await prepaid(store, 'other; not a comment');
  const credit = { organizationId: acme, amountNanoUsd: 12_345_678_901_234_567n, idempotencyKey: 'a' };
  const description = '=1+1, "paid"; | by card\nsecond line';
  await creditWallet(store, { ...credit, from: 'stripe', description, reference: { payment: 'pi_1' } }, systemClock);
  await grantCredit(
    store,
    { organizationId: other, amountNanoUsd: dollar / 2n, idempotencyKey: 'b', kind: 'trial' },
    systemClock,
  );
  // More than a page.
  const rows = Array.from({ length: 2_500 }, () => settlement({ organizationId: acme, chargeNanoUsd: 1n }));
  await postUsage(store.db, [...rows, settlement({ organizationId: other, chargeNanoUsd: dollar })]);
});
afterAll(() => database.close());

async function text(format: ExportFormat, filter = {}): Promise<string> {
  let all = '';
  for await (const part of exportLedger(store.db, format, filter)) all += part;
  return all;
}

interface Line {
  readonly transfer?: string;
  readonly entries: readonly { readonly account: string; readonly amountUsd: string }[];
}
const lines = async (filter = {}): Promise<Line[]> =>
  (await text('jsonl', filter))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

it('JSON lines: every transfer once, in the order of the chain, whose entries add up to the accounts', async () => {
  const all = await lines();
  expect(all).toHaveLength(2_503);
  expect(all[0]).toMatchObject({
    kind: 'top-up',
    organization: '=acme, "Inc"',
    reference: { payment: 'pi_1' },
    entries: [
      { account: 'stripe:clearing', amountUsd: '-12345678.901234567' },
      { account: `wallet:${acme}`, amountUsd: '12345678.901234567' },
    ],
  });
  const sums = new Map<string, bigint>();
  for (const { account, amountUsd } of all.flatMap(({ entries }) => entries)) {
    sums.set(account, (sums.get(account) ?? 0n) + parseUsd(amountUsd));
  }
  const accounts = await store.db.selectFrom('accounts').select(['id', 'posted_nano_usd']).execute();
  expect(sums).toEqual(new Map(accounts.map((row) => [row.id, row.posted_nano_usd])));
});

it('may be of one organization, and of a time', async () => {
  expect(await lines({ organizationId: other })).toHaveLength(2);
  const [first] = await store.db.selectFrom('transfers').select('created_at').orderBy('link').limit(1).execute();
  const then = first?.created_at.getTime() ?? 0;
  expect(await text('jsonl', { toMs: then })).toBe('');
  expect(await lines({ fromMs: then, toMs: then + 86_400_000 })).toHaveLength(2_503);
});

it('CSV: a row for each entry; a text that would be a formula is none', async () => {
  const rows = (await text('csv', { toMs: Date.now() + 1_000 })).split('\r\n');
  expect(rows[0]).toBe(
    'time,transfer,kind,organization,organization_name,position,account,amount_usd,request,idempotency_key,description',
  );
  expect(rows[1]).toMatch(
    /^\d{4}-\d\d-\d\dT[\d:.]+Z,tr_\w+,top-up,org_\w+,"'=acme, ""Inc""",1,stripe:clearing,-12345678\.901234567,,a,"'=1\+1, ""paid""; \| by card\nsecond line"$/,
  );
});

it('hledger: transactions that balance, with what we owe below zero', async () => {
  const journal = await text('hledger', { organizationId: other });
  expect(journal).toMatch(/^commodity \$1000\.000000000\ndecimal-mark \.\n\n/);
  expect(journal).toMatch(
    /\n\d{4}-\d\d-\d\d \* \(tr_\w+\) grant \| other not a comment {2}; time: \S+\n {4}expenses:promotions {2}\$0\.500000000\n/,
  );
  expect(journal).toContain(`    liabilities:credit:${other}  -$0.500000000\n`);
  expect(journal).toContain('    expenses:overrun  $0.500000000\n    income:revenue  -$1.000000000\n');
  for (const transaction of (await text('hledger')).split('\n\n').slice(1, -1)) {
    const amounts = [...transaction.matchAll(/ {2}(-?\$[\d.]+)$/gm)].map((match) => parseUsd(match[1] ?? ''));
    expect(amounts.length).toBeGreaterThanOrEqual(2);
    expect(amounts.reduce((sum, amount) => sum + amount, 0n)).toBe(0n);
  }
});

it('the list for people is newest first, in pages', async () => {
  const first = await listTransfers(store.db, { organizationId: other, limit: 1 });
  const second = await listTransfers(store.db, { organizationId: other, limit: 9, after: first[0]?.id ?? '' });
  expect([...first, ...second].map(({ kind }) => kind)).toEqual(['usage', 'grant']);
});

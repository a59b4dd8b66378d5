/** Invoices against the ledger: to the nano-dollar, once, without gaps, and never changed. */
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dueOf } from '../../src/control/invoices/amounts.ts';
import { checkInvoices } from '../../src/control/invoices/check.ts';
import { closeDueMonths, closeMonth, closeMonths } from '../../src/control/invoices/close.ts';
import { creditInvoiceIn } from '../../src/control/invoices/credit-notes.ts';
import { saveBuyerTax } from '../../src/control/invoices/parties.ts';
import { payInvoiceIn } from '../../src/control/invoices/payments.ts';
import { findInvoice, type Invoice, listInvoices } from '../../src/control/invoices/records.ts';
import { ensureOrganization } from '../../src/control/organizations.ts';
import { Refusal } from '../../src/control/refusal.ts';
import { post } from '../../src/ledger/post.ts';
import { verifyLedger } from '../../src/ledger/verify.ts';
import { creditWallet, grantCredit, takeBack, walletOf } from '../../src/ledger/wallet.ts';
import { systemClock as clock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import type { Store } from '../../src/store/store.ts';
import { type TestDatabase, testDatabase } from '../postgres.ts';
import { dollar, editByHand, prepaid } from './books.ts';
import { postAt, sell, use } from './months.ts';

let database: TestDatabase;
let store: Store;
let count = 0;

beforeEach(async () => {
  database = await testDatabase();
  store = await database.open({ poolSize: 24 });
  await sell(store);
});
afterEach(() => database.close());

const metered = (name = `org-${++count}`) => ensureOrganization(store.db, name, clock);
const topUp = (organizationId: string, amountNanoUsd: bigint) =>
  creditWallet(store, { organizationId, amountNanoUsd, idempotencyKey: `t${++count}`, from: 'stripe' }, clock);
const close = (organizationId: string) => closeMonths({ store, clock }, organizationId);
const balance = async (account: string) =>
  (await store.db.selectFrom('accounts').select('posted_nano_usd').where('id', '=', account).executeTakeFirst())
    ?.posted_nano_usd ?? 0n;
const verify = async () => (await verifyLedger(store, { checks: [checkInvoices] })).findings.filter(isDrift);
const isDrift = ({ level }: { level: string }) => level === 'drift';
const write = <T>(work: (db: Store['db']) => Promise<T>) => store.db.transaction().execute(work);
const pay = (invoiceId: string) => write((db) => payInvoiceIn(db, { invoiceId, by: 'operator' }, clock));
const credit = (invoiceId: string, amountNanoUsd?: bigint) =>
  write((db) =>
    creditInvoiceIn(db, { invoiceId, reason: 'Outage', ...(amountNanoUsd !== undefined && { amountNanoUsd }) }, clock),
  );

async function only(organizationId: string): Promise<Invoice> {
  const list = await listInvoices(store.db, { organizationId });
  expect(list).toHaveLength(1);
  return list[0] as Invoice;
}

describe('a month of a customer who pays later', () => {
  it('is an invoice by model, with tax and rounding once, and what was used becomes what was invoiced', async () => {
    const org = await metered();
    await postAt(store, '2026-03-05T10:00:00Z');
    await use(store, org, 1_234_567_891n, { model: 'openai/gpt-5' });
    await use(store, org, 1_000_000_001n, { model: 'openai/gpt-5' });
    await use(store, org, 3n, { model: 'google/gemini' });
    await postAt(store, '2026-04-01T00:00:00Z');
    const [march, ...later] = await close(org);
    expect(march).toEqual({ period: '2026-03', invoiceId: expect.stringMatching(/^inv_/) });
    expect(later.every(({ invoiceId }) => invoiceId === undefined)).toBe(true);
    const invoice = await only(org);
    const charges = 2_234_567_895n;
    expect(invoice).toMatchObject({ number: 'INV-000001', period: '2026-03', status: 'open' });
    expect(invoice.lines).toEqual([
      expect.objectContaining({
        model: 'openai/gpt-5',
        requests: 2,
        inputTokens: 20,
        outputTokens: 10,
        amountNanoUsd: '2234567892',
      }),
      expect.objectContaining({ model: 'google/gemini', requests: 1, amountNanoUsd: '3' }),
    ]);
    // 19 % of $2.234567895 is $0.42456..., and $2.234567895 is $2.23 rounded.
    expect(invoice).toMatchObject({
      charges_nano_usd: charges,
      net_nano_usd: charges,
      tax_nano_usd: 420_000_000n,
      rounding_nano_usd: -4_567_895n,
      due_nano_usd: 2_650_000_000n,
    });
    expect(await balance(`metered:${org}`)).toBe(0n);
    expect(await balance(`invoiced:${org}`)).toBe(-2_650_000_000n);
    expect([await balance('house:tax'), await balance('house:rounding')]).toEqual([420_000_000n, -4_567_895n]);
    expect(await verify()).toEqual([]);
  });

  it('is settled by its payment, once, and an invoice that is credited whole is void', async () => {
    const [one, two] = [await metered(), await metered()];
    await postAt(store, '2026-03-05T10:00:00Z');
    await use(store, one, 5n * dollar);
    await use(store, two, 7n * dollar);
    await postAt(store, '2026-04-01T00:00:00Z');
    await close(one);
    await close(two);
    const [first, second] = [await only(one), await only(two)];
    await Promise.all([pay(first.id), pay(first.id), pay(first.id)]);
    expect(await only(one)).toMatchObject({ status: 'paid', paid_by: 'operator', openNanoUsd: 0n });
    expect([await balance(`invoiced:${one}`), await balance('house:operator')]).toEqual([0n, -5_950_000_000n]);
    await credit(second.id, 330_000_000n);
    expect(await only(two)).toMatchObject({ status: 'open', openNanoUsd: 8n * dollar });
    await credit(second.id);
    const annulled = await only(two);
    expect(annulled).toMatchObject({ status: 'void', openNanoUsd: 0n });
    expect(annulled.creditNotes.map(({ number }) => number)).toEqual(['CN-000001', 'CN-000002']);
    const taxBack = annulled.creditNotes.reduce((sum, note) => sum + note.tax_nano_usd, 0n);
    expect(taxBack).toBe(annulled.tax_nano_usd);
    expect(await balance(`invoiced:${two}`)).toBe(0n);
    await expect(pay(second.id)).rejects.toThrow(Refusal);
    await expect(credit(second.id)).rejects.toThrow(Refusal);
    expect(await verify()).toEqual([]);
  });

  it('has no tax under reverse charge, and its own rate where one is set', async () => {
    const [one, two] = [await metered(), await metered()];
    await saveBuyerTax(store.db, one, { taxBasisPoints: null, reverseCharge: true });
    await saveBuyerTax(store.db, two, { taxBasisPoints: 770, reverseCharge: false });
    await postAt(store, '2026-03-05T10:00:00Z');
    for (const org of [one, two]) await use(store, org, 100n * dollar);
    await postAt(store, '2026-04-01T00:00:00Z');
    for (const org of [one, two]) await close(org);
    expect(await only(one)).toMatchObject({ tax_nano_usd: 0n, due_nano_usd: 100n * dollar, reverse_charge: true });
    expect(await only(two)).toMatchObject({ tax_nano_usd: 7_700_000_000n, tax_basis_points: 770 });
  });

  it('gives back to the balance what refunds of a plan leave over', async () => {
    const org = await metered();
    await postAt(store, '2026-03-05T10:00:00Z');
    await use(store, org, 2n * dollar);
    await write((db) =>
      post(
        db,
        {
          kind: 'plan-refund',
          organizationId: org,
          idempotencyKey: 'refund',
          entries: [
            { account: 'house:plans', amountNanoUsd: -5n * dollar },
            { account: `metered:${org}`, amountNanoUsd: 5n * dollar },
          ],
        },
        clock,
      ),
    );
    await postAt(store, '2026-04-01T00:00:00Z');
    await close(org);
    expect(await only(org)).toMatchObject({
      charges_nano_usd: -3n * dollar,
      returned_nano_usd: 3n * dollar,
      due_nano_usd: 0n,
      status: 'paid',
    });
    expect([await balance(`metered:${org}`), await balance(`wallet:${org}`)]).toEqual([0n, 3n * dollar]);
    expect(await verify()).toEqual([]);
  });
});

describe('a month of a customer who paid before', () => {
  it('says what paid for it, owes nothing, and lists what came and went', async () => {
    const org = await prepaid(store, 'acme');
    await postAt(store, '2026-03-05T10:00:00Z');
    await topUp(org, 10n * dollar);
    await grantCredit(
      store,
      { organizationId: org, kind: 'promotional', amountNanoUsd: dollar, idempotencyKey: 'g' },
      clock,
    );
    await use(store, org, 1_500_000_001n);
    await postAt(store, '2026-04-01T00:00:00Z');
    await close(org);
    const invoice = await only(org);
    expect(invoice).toMatchObject({
      status: 'paid',
      charges_nano_usd: 1_500_000_001n,
      credit_nano_usd: dollar,
      wallet_nano_usd: 500_000_001n,
      due_nano_usd: 0n,
      transfer_id: null,
    });
    expect(invoice.payments.map(({ kind, amountNanoUsd }) => [kind, amountNanoUsd])).toEqual([
      ['top-up', '10000000000'],
      ['grant', '1000000000'],
    ]);
    await credit(invoice.id);
    expect((await walletOf(store.db, org))?.paidNanoUsd).toBe(10n * dollar);
    expect(await verify()).toEqual([]);
  });

  it('has a credit note pay a debt back first, and lets the customer go on', async () => {
    const org = await prepaid(store, 'acme');
    await postAt(store, '2026-03-05T10:00:00Z');
    await topUp(org, 10n * dollar);
    await use(store, org, 10n * dollar);
    await takeBack(
      store,
      { organizationId: org, amountNanoUsd: 4n * dollar, idempotencyKey: 'dispute', to: 'stripe', missing: 'owe' },
      clock,
    );
    await postAt(store, '2026-04-01T00:00:00Z');
    await close(org);
    await credit((await only(org)).id, 5n * dollar);
    expect(await walletOf(store.db, org)).toMatchObject({
      paidNanoUsd: dollar,
      receivableNanoUsd: 0n,
      blockedReason: undefined,
    });
    expect(await verify()).toEqual([]);
  });
});

describe('time', () => {
  it('ends months by the clock on the wall of the customer, also where it is changed', async () => {
    const zones = {
      'Europe/Berlin': '2026-03-31T22:00:00Z',
      'America/New_York': '2026-04-01T04:00:00Z',
      'Pacific/Auckland': '2026-03-31T11:00:00Z',
    };
    for (const [zone, end] of Object.entries(zones)) {
      const org = await metered();
      await store.db.updateTable('organizations').set({ time_zone: zone }).where('id', '=', org).execute();
      const at = (ms: number) => new Date(Date.parse(end) + ms).toISOString();
      await postAt(store, '2026-03-10T00:00:00Z');
      await use(store, org, 1n);
      await postAt(store, at(-1));
      await use(store, org, 10n);
      await postAt(store, at(0));
      await use(store, org, 100n);
      await postAt(store, at(1));
      await use(store, org, 1_000n);
      await close(org);
      const months = await listInvoices(store.db, { organizationId: org });
      expect(months.map(({ period, charges_nano_usd }) => [period, charges_nano_usd])).toEqual([
        ['2026-04', 1_100n],
        ['2026-03', 11n],
      ]);
      expect(months[1]?.period_end.toISOString()).toBe(new Date(end).toISOString());
    }
    expect(await verify()).toEqual([]);
  });

  it('makes no month twice and leaves none out when a customer moves to another zone', async () => {
    const org = await metered();
    for (const [month, zone] of [
      ['2026-01', 'UTC'],
      ['2026-02', 'America/Los_Angeles'],
      ['2026-03', 'Pacific/Kiritimati'],
      ['2026-04', 'UTC'],
    ] as const) {
      await postAt(store, `${month}-15T00:00:00Z`);
      await use(store, org, 1n);
      await closeMonth({ store, clock }, org, month);
      await store.db.updateTable('organizations').set({ time_zone: zone }).where('id', '=', org).execute();
    }
    const months = await listInvoices(store.db, { organizationId: org });
    expect(months.map(({ period }) => period)).toEqual(['2026-04', '2026-03', '2026-02', '2026-01']);
    for (const [i, month] of months.slice(0, -1).entries())
      expect(month.period_start).toEqual(months[i + 1]?.period_end);
    expect(await verify()).toEqual([]);
  });

  it('puts what arrives after the close on the next invoice, marked, and nothing twice', async () => {
    const org = await metered();
    await postAt(store, '2026-03-30T00:00:00Z');
    await use(store, org, 5n, { settledAt: '2026-03-30T00:00:00Z' });
    await postAt(store, '2026-04-01T00:00:00Z');
    expect(await closeMonth({ store, clock }, org, '2026-03')).toMatchObject({ invoiceId: expect.any(String) });
    // One transaction that began before the end of the month, and one that shipped late.
    await postAt(store, '2026-03-31T23:59:59Z');
    await use(store, org, 50n, { settledAt: '2026-03-31T23:59:58Z' });
    await postAt(store, '2026-04-10T00:00:00Z');
    await use(store, org, 500n, { settledAt: '2026-03-31T20:00:00Z' });
    await use(store, org, 5_000n, { settledAt: '2026-04-10T00:00:00Z' });
    await postAt(store, '2026-05-01T00:00:00Z');
    await close(org);
    const [april, march] = await listInvoices(store.db, { organizationId: org });
    expect([march?.charges_nano_usd, april?.charges_nano_usd]).toEqual([5n, 5_550n]);
    expect(april?.lines.map(({ late, amountNanoUsd }) => [late, amountNanoUsd])).toEqual([
      [undefined, '5000'],
      [true, '550'],
    ]);
    expect(await verify()).toEqual([]);
  });

  it('is not over before its end: a running month is refused', async () => {
    const org = await metered();
    await use(store, org, 5n);
    expect(await close(org)).toEqual([]);
    const { rows } = await sql<{
      period: string;
    }>`SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM') AS period`.execute(store.db);
    await expect(closeMonth({ store, clock }, org, rows[0]?.period ?? '')).rejects.toThrow(/not over/);
  });
});

describe('numbers', () => {
  it('have no gaps and no doubles under 20 closings at once, some of which fail', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `many-${i}`);
    await postAt(store, '2026-03-05T10:00:00Z');
    const orgs: string[] = [];
    for (const name of names) {
      const org = await metered(name);
      await use(store, org, dollar);
      orgs.push(org);
    }
    await postAt(store, '2026-04-01T00:00:00Z');
    // The insert of every third customer's invoice fails, after its number was taken.
    await sql`CREATE FUNCTION fail_some() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW.buyer ->> 'name' IN ('many-0', 'many-3', 'many-6') THEN RAISE EXCEPTION 'disk full'; END IF; RETURN NEW; END $$`.execute(
      store.db,
    );
    await sql`CREATE TRIGGER fail_some BEFORE INSERT ON invoices FOR EACH ROW EXECUTE FUNCTION fail_some()`.execute(
      store.db,
    );
    const all = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) =>
        i % 2 === 0 ? closeDueMonths({ store, clock, log: silentLog }) : close(orgs[i % orgs.length] ?? ''),
      ),
    );
    expect(all.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0);
    const made = await listInvoices(store.db);
    expect(made.map(({ serial }) => serial).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    await sql`DROP TRIGGER fail_some ON invoices`.execute(store.db);
    await Promise.all([
      closeDueMonths({ store, clock, log: silentLog }),
      closeDueMonths({ store, clock, log: silentLog }),
    ]);
    const numbers = (await listInvoices(store.db)).map(({ number }) => number).toSorted();
    expect(numbers).toEqual(names.map((_, i) => `INV-${String(i + 1).padStart(6, '0')}`));
    expect(await verify()).toEqual([]);
  });

  it('are not given before it is known who sells', async () => {
    await sql`DELETE FROM invoice_seller`.execute(store.db);
    const org = await metered();
    await postAt(store, '2026-03-05T10:00:00Z');
    await use(store, org, dollar);
    await postAt(store, '2026-04-01T00:00:00Z');
    expect(await closeDueMonths({ store, clock, log: silentLog })).toBe(0);
    await expect(close(org)).rejects.toThrow(/who sells/);
    await sell(store);
    expect(await closeDueMonths({ store, clock, log: silentLog })).toBe(1);
  });
});

describe('an invoice', () => {
  it('is never changed or deleted, but for the last step of its status', async () => {
    const org = await metered();
    await postAt(store, '2026-03-05T10:00:00Z');
    await use(store, org, dollar);
    await postAt(store, '2026-04-01T00:00:00Z');
    await close(org);
    const { id } = await only(org);
    for (const change of [
      'due_nano_usd = due_nano_usd + 10000000, rounding_nano_usd = rounding_nano_usd',
      `lines = '[]'`,
      `number = 'INV-7'`,
      `period = '2026-07'`,
      `buyer = '{}', status = 'paid'`,
      `status = 'open'`,
    ]) {
      await expect(sql`UPDATE invoices SET ${sql.raw(change)}`.execute(store.db), change).rejects.toThrow(
        /immutable|check/,
      );
    }
    await expect(sql`DELETE FROM invoices`.execute(store.db)).rejects.toThrow(/append-only/);
    await expect(sql`TRUNCATE invoices CASCADE`.execute(store.db)).rejects.toThrow(/append-only/);
    await pay(id);
    await expect(sql`UPDATE invoices SET status = 'void'`.execute(store.db)).rejects.toThrow(/immutable/);
    await credit(id, 10_000_000n);
    await expect(sql`UPDATE credit_notes SET reason = 'x'`.execute(store.db)).rejects.toThrow(/append-only/);
    await expect(sql`DELETE FROM credit_notes`.execute(store.db)).rejects.toThrow(/append-only/);
    expect(await findInvoice(store.db, 'INV-000001')).toMatchObject({ id, status: 'paid' });
  });

  it('that somebody edits past the triggers is named by the check of the books', async () => {
    const org = await metered();
    await postAt(store, '2026-03-05T10:00:00Z');
    await use(store, org, dollar);
    await postAt(store, '2026-04-01T00:00:00Z');
    await close(org);
    for (const [edit, row] of [
      [`UPDATE invoices SET lines = jsonb_set(lines, '{0,amountNanoUsd}', '"999999999"')`, 'invoice INV-000001'],
      ['UPDATE invoices SET from_link = -1', 'invoice INV-000001'],
      ['UPDATE invoice_counters SET last = last + 1', 'numbers of the series invoice'],
      [`UPDATE invoices SET status = 'paid'`, `account invoiced:${org}`],
    ] as const) {
      await editByHand(store, edit);
      expect(
        (await verify()).map((finding) => finding.row),
        edit,
      ).toContain(row);
    }
  });
});

describe('any usage', () => {
  it('is on exactly one invoice, and totals are the ledger to the nano-dollar', async () => {
    const day = fc.integer({ min: 0, max: 120 });
    const amount = fc.bigInt({ min: 1n, max: 20n * dollar });
    const event = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          what: fc.constant('use' as const),
          amount,
          model: fc.constantFrom('a/x', 'b/y', 'c/z'),
        }),
      },
      { weight: 1, arbitrary: fc.record({ what: fc.constantFrom('top-up' as const, 'grant' as const), amount }) },
      {
        weight: 1,
        arbitrary: fc.record({
          what: fc.constantFrom('close' as const, 'metered' as const, 'wallet' as const),
          amount: fc.constant(0n),
        }),
      },
    );
    const history = fc.array(fc.record({ day, event }), { minLength: 1, maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(history, fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kathmandu'), async (events, zone) => {
        const org = await metered();
        await store.db.updateTable('organizations').set({ time_zone: zone }).where('id', '=', org).execute();
        let charged = 0n;
        for (const { day: at, event: each } of events.toSorted((a, b) => a.day - b.day)) {
          await postAt(store, new Date(Date.UTC(2026, 0, 1) + at * 86_400_000).toISOString());
          if (each.what === 'use') {
            await use(store, org, each.amount, { model: 'model' in each ? each.model : 'a/x' });
            charged += each.amount;
          } else if (each.what === 'top-up') await topUp(org, each.amount);
          else if (each.what === 'grant')
            await grantCredit(
              store,
              { organizationId: org, kind: 'promotional', amountNanoUsd: each.amount, idempotencyKey: `g${++count}` },
              clock,
            );
          else if (each.what === 'close') await closeMonth({ store, clock }, org, '2026-01').catch(() => {});
          else await store.db.updateTable('organizations').set({ spends: each.what }).where('id', '=', org).execute();
        }
        await close(org);
        const invoices = await listInvoices(store.db, { organizationId: org });
        expect(invoices.reduce((sum, { charges_nano_usd }) => sum + charges_nano_usd, 0n)).toBe(charged);
        expect(await balance(`metered:${org}`)).toBe(0n);
        const dues = invoices.reduce((sum, { due_nano_usd }) => sum + due_nano_usd, 0n);
        expect(await balance(`invoiced:${org}`)).toBe(-dues);
      }),
      { numRuns: 20 },
    );
    expect(await verify()).toEqual([]);
  }, 60_000);

  it('is rounded once, by at most half a cent, and nothing is lost', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }),
        fc.integer({ min: 0, max: 10_000 }),
        (net, rate) => {
          const due = dueOf(net, rate);
          expect(due.dueNanoUsd).toBe(net + due.returnedNanoUsd + due.taxNanoUsd + due.roundingNanoUsd);
          expect([due.dueNanoUsd % 10_000_000n, due.taxNanoUsd % 10_000_000n]).toEqual([0n, 0n]);
          const off = 10_000n * due.taxNanoUsd - (net > 0n ? net : 0n) * BigInt(rate);
          expect(off > -50_000_000_001n && off <= 50_000_000_000n).toBe(true);
          expect(due.roundingNanoUsd > -5_000_000n && due.roundingNanoUsd <= 5_000_000n).toBe(true);
        },
      ),
    );
  });
});

/** F29: whoever edits a row by hand, or restores a backup, hears from the checker what is true of the books. */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBudget } from '../../src/control/budgets/budgets.ts';
import { ledgerChecks, ledgerTasks } from '../../src/control/ledger/check.ts';
import { postUsage } from '../../src/ledger/post-usage.ts';
import { checkLedger, lastLedgerCheck, type Verification, verifyLedger } from '../../src/ledger/verify.ts';
import { creditWallet, grantCredit, takeBack } from '../../src/ledger/wallet.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import type { Store } from '../../src/store/store.ts';
import { runSql, type TestDatabase, testDatabase } from '../postgres.ts';
import { dollar, editByHand, prepaid, settlement } from './books.ts';

let database: TestDatabase;
let store: Store;
let org: string;

beforeAll(async () => {
  database = await testDatabase();
  store = await database.open();
});
afterAll(() => database.close());

let count = 0;

/** Ten transfers of every kind in one organization: money, credit, usage of three requests in one link, a debt. */
async function keepBooks(): Promise<string> {
  const organizationId = await prepaid(store, `org-${++count}`);
  const move = (amountNanoUsd: bigint) => ({ organizationId, amountNanoUsd, idempotencyKey: `test:${++count}` });
  await creditWallet(store, { ...move(10n * dollar), from: 'operator' }, systemClock);
  await grantCredit(store, { ...move(dollar), kind: 'promotional' }, systemClock);
  await grantCredit(store, { ...move(dollar), kind: 'trial', expiresAtMs: Date.now() + 86_400_000 }, systemClock);
  const usage = (chargeNanoUsd: bigint) => settlement({ organizationId, chargeNanoUsd });
  await postUsage(store.db, [usage(dollar), usage(dollar * 2n), usage(5n), usage(0n)]);
  await takeBack(store, { ...move(dollar), to: 'operator', missing: 'owe' }, systemClock);
  return organizationId;
}

beforeEach(async () => {
  org = await keepBooks();
});

const told = ({ findings }: Verification) => findings.map(({ rule, row, message }) => `${rule} ${row}: ${message}`);
const drifts = ({ findings }: Verification) => findings.filter(({ level }) => level === 'drift');

/** The id of this organization's transfer of a kind, and its entry on an account. */
async function entryOf(kind: string, account: string) {
  const { rows } = await sql<{ id: string; position: number; link: number }>`
    SELECT t.id, e.position, t.link FROM transfers t JOIN entries e ON e.transfer_id = t.id
    WHERE t.organization_id = ${org} AND t.kind = ${kind} AND e.account_id = ${account} ORDER BY t.id LIMIT 1
  `.execute(store.db);
  const [row] = rows;
  if (row === undefined) throw new Error('no such entry');
  return row;
}

describe('books that nobody touched', () => {
  it('have no drift, and the run says how much it read', async () => {
    const result = await verifyLedger(store);
    expect(told(result)).toEqual([]);
    expect(result).toMatchObject({ drift: 0, warnings: 0, counts: { openLeases: 0 } });
    expect(result.counts.transfers).toBeGreaterThanOrEqual(7);
    expect(result.counts.usageRows).toBeGreaterThanOrEqual(4);
    expect(result.head.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('have none while money moves: all is read as of one moment', async () => {
    let moving = true;
    const movers = (async () => {
      while (moving) await keepBooks();
    })();
    const results = [];
    for (let i = 0; i < 5; i++) results.push(await verifyLedger(store));
    moving = false;
    await movers;
    expect(results.flatMap(told)).toEqual([]);
  });

  it('have none with leases open, and with `idle` every pot that holds is named', async () => {
    await sql`SELECT * FROM lend(${`wallet:${org}`}, NULL, 'i', 'b', 5, '1 minute')`.execute(store.db);
    expect((await verifyLedger(store)).drift).toBe(0);
    expect(told(await verifyLedger(store, { idle: true }))).toEqual([
      expect.stringMatching(`^I9 pot wallet:${org}: it holds \\d+ although nothing runs$`),
    ]);
    await sql`SELECT give_back(id, 0, true) FROM leases WHERE closed_at IS NULL`.execute(store.db);
  });
});

describe('F29: a row that was edited by hand is named, with what differs', () => {
  /** Edits, reads the books, and takes the edit back: the books of the other tests stay right. */
  async function edited(edit: string, back: string): Promise<readonly string[]> {
    await editByHand(store, edit);
    const result = await verifyLedger(store);
    await editByHand(store, back);
    expect(told(await verifyLedger(store))).toEqual([]);
    expect(result.drift).toBeGreaterThan(0);
    return drifts(result).map(({ rule, row, message }) => `${rule} ${row}: ${message}`);
  }

  it('the amount of an entry: transfer, position, what it says and what it was', async () => {
    const { id, position } = await entryOf('top-up', `wallet:${org}`);
    const which = `WHERE transfer_id = '${id}' AND position = ${position}`;
    const found = await edited(
      `UPDATE entries SET amount_nano_usd = amount_nano_usd + 7 ${which}`,
      `UPDATE entries SET amount_nano_usd = amount_nano_usd - 7 ${which}`,
    );
    expect(found).toEqual([
      expect.stringMatching(`^chain transfer ${id}: it is not what link \\d+ vouches for`),
      `I1 transfer ${id}: its entries sum to 7, not to 0`,
      expect.stringMatching(`^I2 account wallet:${org}: it says \\d+, and its entries sum to \\d+$`),
      'I1 all entries: they sum to 7, not to 0',
      `chain entry ${position} of transfer ${id}: it moves 10000000007 on wallet:${org}, and the account says that it was 10000000000`,
    ]);
  });

  it('both sides of a transfer and the account with them: only the chain knows, and does', async () => {
    const { id, link } = await entryOf('top-up', `wallet:${org}`);
    const by = (sign: string) => `
      UPDATE entries SET amount_nano_usd = amount_nano_usd ${sign} CASE WHEN amount_nano_usd > 0 THEN 7 ELSE -7 END
        WHERE transfer_id = '${id}';
      UPDATE accounts SET posted_nano_usd = posted_nano_usd ${sign} 7 WHERE id = 'wallet:${org}';
      UPDATE accounts SET posted_nano_usd = posted_nano_usd ${sign} -7 WHERE id = 'house:operator'`;
    expect(await edited(by('+'), by('-'))).toEqual([
      `chain transfer ${id}: it is not what link ${link} vouches for: a column or an entry was changed`,
    ]);
  });

  it('one of many transfers of one link, by a column that is no money', async () => {
    const { id } = await entryOf('usage', 'house:revenue');
    const found = await edited(
      `UPDATE transfers SET description = 'x' WHERE id = '${id}'`,
      `UPDATE transfers SET description = NULL WHERE id = '${id}'`,
    );
    expect(found).toEqual([expect.stringContaining(`chain transfer ${id}: it is not what link`)]);
  });

  it('the hash of a link: there the chain breaks', async () => {
    const { link } = await entryOf('grant', `credit:${org}`);
    const flip = `UPDATE ledger_links SET hash = set_byte(hash, 0, 255 - get_byte(hash, 0)) WHERE seq = ${link}`;
    const broken = 'its hash does not follow from the link before it';
    expect(await edited(flip, flip)).toEqual([`chain link ${link}: ${broken}`, `chain link ${link + 1}: ${broken}`]);
  });

  it('an account, a grant, a pot, a lease', async () => {
    const account = (by: string) =>
      `UPDATE accounts SET posted_nano_usd = posted_nano_usd ${by} WHERE id = 'metered:x'`;
    await editByHand(store, `INSERT INTO accounts (id, kind) VALUES ('metered:x', 'metered') ON CONFLICT DO NOTHING`);
    expect(await edited(account('+ 1'), account('- 1'))).toEqual([
      'I2 account metered:x: it says 1, and its entries sum to 0',
    ]);
    const grant = (by: string) => `UPDATE grants SET remaining_nano_usd = remaining_nano_usd ${by}
      WHERE organization_id = '${org}' AND kind = 'promotional'`;
    expect(await edited(grant('+ 1'), grant('- 1'))).toEqual([
      expect.stringMatching(`^grants account credit:${org}: it says 0, and its grants have 1 left$`),
    ]);
    const pot = (by: string) => `UPDATE pots SET granted_units = granted_units ${by} WHERE id = 'wallet:${org}'`;
    await sql`SELECT * FROM lend(${`wallet:${org}`}, NULL, 'i', 'b', 5, '1 minute')`.execute(store.db);
    expect(await edited(pot('+ 1'), pot('- 1'))).toEqual([
      expect.stringMatching(`^funds pot wallet:${org}: it grants \\d+, and the accounts hold \\d+$`),
    ]);
    const lease = (by: string) => `UPDATE leases SET amount_units = amount_units ${by} WHERE pot_id = 'wallet:${org}'`;
    expect(await edited(lease('+ 1'), lease('- 1'))).toEqual([
      expect.stringMatching(`^I3 pot wallet:${org}: it holds \\d+, and its open leases hold \\d+$`),
    ]);
    const expiry = (at: string) => `UPDATE leases SET expires_at = now() ${at} WHERE pot_id = 'wallet:${org}'`;
    expect(await edited(expiry("- interval '15 minutes'"), expiry("- interval '5 minutes'"))).toEqual([
      expect.stringMatching(/^I6 lease \d+: it expired 15 minutes ago at instance i/),
    ]);
    await sql`SELECT give_back(id, 0, true) FROM leases WHERE closed_at IS NULL`.execute(store.db);
  });

  it('the charge of a usage row, one that was added, and one that is gone', async () => {
    const { id } = await entryOf('usage', 'house:revenue');
    const request = id.replace('tr_', 'req_');
    const charge = (by: string) =>
      `UPDATE usage SET charge_nano_usd = charge_nano_usd ${by} WHERE request_id = '${request}'`;
    expect(await edited(charge('+ 1'), charge('- 1'))).toEqual([
      expect.stringMatching(`^I4 transfer ${id}: it earned \\d+, and usage ${request} says \\d+$`),
    ]);
    const other = `${request}x`;
    const columns = (await store.db.introspection.getTables())
      .find(({ name, schema }) => name === 'usage' && schema === store.schema)
      ?.columns.map(({ name }) => name)
      .filter((name) => name !== 'request_id');
    const add = `INSERT INTO usage (request_id, ${columns}) SELECT '${other}', ${columns} FROM usage WHERE request_id = '${request}'`;
    expect(await edited(add, `DELETE FROM usage WHERE request_id = '${other}'`)).toEqual([
      expect.stringMatching(`^I4 usage ${other}: its charge of \\d+ has no transfer usage:${other}$`),
    ]);
    const move = (from: string, to: string) => `UPDATE usage SET request_id = '${to}' WHERE request_id = '${from}'`;
    expect(await edited(move(request, other), move(other, request))).toEqual([
      expect.stringMatching(`^I4 transfer ${id}: it earned \\d+, and there is no usage row ${request}`),
      expect.stringMatching(`^I4 usage ${other}: `),
    ]);
  });

  it('rows that were deleted: an entry, a transfer, a link, the end of the chain', async () => {
    const { id, position, link } = await entryOf('top-up', 'house:operator');
    await editByHand(store, 'CREATE TABLE kept AS SELECT * FROM entries WHERE false');
    const keep = (table: string, where: string) => [
      `DROP TABLE kept; CREATE TABLE kept AS SELECT * FROM ${table} WHERE ${where}; DELETE FROM ${table} WHERE ${where}`,
      `INSERT INTO ${table} SELECT * FROM kept`,
    ];
    const deleted = async (table: string, where: string) => {
      const [away = '', back = ''] = keep(table, where);
      return edited(away, back);
    };
    expect(await deleted('entries', `transfer_id = '${id}' AND position = ${position}`)).toEqual(
      expect.arrayContaining([
        expect.stringContaining(`chain transfer ${id}`),
        expect.stringMatching(`^I1 transfer ${id}: it has 1 entries`),
        expect.stringContaining('I2 account house:operator'),
      ]),
    );
    expect(await deleted('transfers', `id = '${id}'`)).toEqual(
      expect.arrayContaining([`chain link ${link}: 1 of the 1 transfers that it vouches for are gone`]),
    );
    expect(await deleted('ledger_links', `seq = ${link}`)).toEqual(
      expect.arrayContaining([`chain link ${link + 1}: 1 links before it are missing`]),
    );
    const { head } = await verifyLedger(store);
    expect(await deleted('ledger_links', `seq = ${head.seq}`)).toEqual(
      expect.arrayContaining([
        `chain link ${head.seq - 1}: it is the last one, and the head says link ${head.seq}`,
        expect.stringMatching(`^chain transfer tr_.*: it names link ${head.seq}, which is not there$`),
      ]),
    );
    await editByHand(store, 'DROP TABLE kept');
  });

  it('a chain that was written anew from its beginning is found by a head that somebody kept', async () => {
    const { head } = await verifyLedger(store);
    await keepBooks();
    expect((await verifyLedger(store, { anchor: head })).drift).toBe(0);
    const forged = { ...head, hash: '0'.repeat(64) };
    expect(told(await verifyLedger(store, { anchor: forged }))).toEqual([
      `chain link ${head.seq}: its hash is ${head.hash}, and was ${forged.hash}`,
    ]);
    expect(told(await verifyLedger(store, { anchor: { seq: 1_000_000, hash: head.hash } }))).toEqual([
      'chain link 1000000: it is not there any more',
    ]);
  });
});

describe('what a budget counted', () => {
  it('is told, as something to look at, where usage says otherwise', async () => {
    const request = { organizationId: org, owner: 'organization', unit: 'tokens', window: 'total' } as const;
    const { id } = await createBudget(store.db, { ...request, limitUnits: 1_000n }, systemClock);
    await postUsage(store.db, [settlement({ organizationId: org, chargeNanoUsd: 1n })]);
    expect(told(await verifyLedger(store))).toEqual([]);
    const add = (units: number) => `UPDATE pots SET spent_units = spent_units + ${units} WHERE budget_id = '${id}'`;
    await editByHand(store, add(1_000));
    expect(await verifyLedger(store)).toMatchObject({
      drift: 0,
      warnings: 1,
      findings: [{ rule: 'spent', level: 'warning', row: `pot ${id}@total` }],
    });
    await editByHand(store, add(-1_000));
  });
});

describe('I8: payments', () => {
  const read = async () => told(await verifyLedger(store, { checks: ledgerChecks }));

  it('are in the ledger one by one, and what is not a payment is named', async () => {
    const move = { organizationId: org, amountNanoUsd: 5n * dollar, idempotencyKey: `stripe:pi:${org}` };
    const { transferId } = await creditWallet(store, { ...move, from: 'stripe' }, systemClock);
    expect(await read()).toEqual([`I8 transfer ${transferId}: this top-up of 5000000000 belongs to no payment`]);
    const payment = { id: `pay_${org}`, organization_id: org, kind: 'top-up', state: 'paid' } as const;
    await store.db
      .insertInto('stripe_payments')
      .values({ ...payment, amount_nano_usd: 5n * dollar, customer_id: 'cus_1' })
      .execute();
    const movement = { id: move.idempotencyKey, payment_id: payment.id, kind: 'credit' } as const;
    await store.db
      .insertInto('stripe_movements')
      .values({ ...movement, amount_nano_usd: 5n * dollar, transfer_id: transferId })
      .execute();
    expect(await read()).toEqual([]);
    const edit = (set: string) => editByHand(store, `UPDATE stripe_movements SET ${set} WHERE id = '${movement.id}'`);
    await edit('amount_nano_usd = amount_nano_usd + 1');
    expect(await read()).toEqual([
      `I8 payment movement ${movement.id}: it says 5000000001, and its transfer 5000000000`,
      `I8 payment ${payment.id}: it says "paid 5000000000 0 0" (state, paid, refunded, disputed), and its movements say "paid 5000000001 0 0"`,
    ]);
    await edit(`amount_nano_usd = amount_nano_usd - 1, transfer_id = 'tr_none'`);
    expect(await read()).toEqual([
      `I8 payment movement ${movement.id}: its 5000000000 have no transfer`,
      `I8 transfer ${transferId}: this top-up of 5000000000 belongs to no payment`,
    ]);
    await edit(`transfer_id = '${transferId}'`);
    expect(await read()).toEqual([]);
  });
});

describe('the check that runs by itself', () => {
  it('keeps what it found, and calls drift an error', async () => {
    const lines: unknown[] = [];
    const log = { ...silentLog, error: (fields: object) => void lines.push(fields) };
    const parts = { store, clock: systemClock, log };
    expect(await lastLedgerCheck(store.db)).toBeUndefined();
    // While one runs somewhere, no other begins.
    await store.db.transaction().execute(async (db) => {
      await sql`SELECT pg_advisory_xact_lock(${0x746f6c76}, hashtext(current_schema()))`.execute(db);
      expect(await checkLedger(parts)).toBeUndefined();
    });
    expect(await checkLedger(parts)).toMatchObject({ drift: 0 });
    expect(await lastLedgerCheck(store.db)).toMatchObject({ drift: 0, warnings: 0 });
    expect(lines).toEqual([]);
    // One that has just run is not run again at once: it must not take more than a tenth of the time.
    expect(await checkLedger(parts)).toBeUndefined();
    await editByHand(store, `UPDATE ledger_checks SET checked_at = now() - interval '1 hour'`);
    await editByHand(store, `UPDATE accounts SET posted_nano_usd = posted_nano_usd + 1 WHERE id = 'wallet:${org}'`);
    const [task] = ledgerTasks(parts);
    await task?.run({});
    await editByHand(store, `UPDATE accounts SET posted_nano_usd = posted_nano_usd - 1 WHERE id = 'wallet:${org}'`);
    expect(task?.schedule).toBe('*/10 * * * *');
    expect(await lastLedgerCheck(store.db)).toMatchObject({ drift: 1 });
    expect(lines).toEqual([expect.objectContaining({ drift: 1, rule: 'I2', row: `account wallet:${org}` })]);
  });
});

describe('the check that goes on where the last one ended', () => {
  const parts = () => ({ store, clock: systemClock, log: silentLog });
  const anHourLater = () => editByHand(store, `UPDATE ledger_checks SET checked_at = now() - interval '1 hour'`);
  const check = async () => {
    await anHourLater();
    return checkLedger(parts(), { checks: ledgerChecks });
  };
  const aDayLater = () => editByHand(store, `UPDATE ledger_checkpoint SET full_at = now() - interval '25 hours'`);

  it('reads what came since, counts as one that reads everything, and reads everything once a day', async () => {
    await aDayLater();
    const full = await check();
    expect(full).toMatchObject({ drift: 0 });
    expect(full?.since).toBeUndefined();
    await keepBooks();
    const next = await check();
    expect(next).toMatchObject({ drift: 0, since: full?.head });
    const whole = await verifyLedger(store);
    const { usageRows, ...counts } = whole.counts;
    expect(next).toMatchObject({ counts, head: whole.head });
    expect(next?.counts.usageRows).toBeLessThanOrEqual(usageRows);
    expect(await check()).toMatchObject({ drift: 0, since: whole.head });
    await aDayLater();
    expect((await check())?.since).toBeUndefined();
  });

  it.each([
    [
      'an entry',
      (id: string) => [`entries SET amount_nano_usd = amount_nano_usd`, `transfer_id = '${id}' AND position = 1`],
    ],
    ['an account', () => ['accounts SET posted_nano_usd = posted_nano_usd', `id = 'wallet:${org}'`]],
    [
      'the charge of a row',
      (id: string) => ['usage SET charge_nano_usd = charge_nano_usd', `request_id = '${id.replace('tr_', 'req_')}'`],
    ],
  ] as const)('names %s that was changed since', async (_, edit) => {
    await check();
    org = await keepBooks();
    const { id } = await entryOf('usage', 'house:revenue');
    const [set = '', where = ''] = edit(id);
    await editByHand(store, `UPDATE ${set} + 1 WHERE ${where}`);
    expect((await check())?.drift).toBeGreaterThan(0);
    // What is wrong stays wrong until it is mended: there is no going on behind it.
    expect((await check())?.drift).toBeGreaterThan(0);
    await editByHand(store, `UPDATE ${set} - 1 WHERE ${where}`);
    expect(await check()).toMatchObject({ drift: 0 });
  });

  it('names a charged row without a transfer, and a chain that does not go through where it went on', async () => {
    await check();
    const { id } = await entryOf('usage', 'house:revenue');
    const request = id.replace('tr_', 'req_');
    const rename = (from: string, to: string) => `UPDATE usage SET request_id = '${to}' WHERE request_id = '${from}'`;
    await editByHand(store, rename(request, `${request}x`));
    expect(told((await check()) as Verification)).toEqual([
      expect.stringContaining(`I4 usage ${request}x: its charge`),
    ]);
    await editByHand(store, rename(`${request}x`, request));
    const { head } = (await check()) as Verification;
    const flip = `UPDATE ledger_links SET hash = set_byte(hash, 0, 255 - get_byte(hash, 0)) WHERE seq = ${head.seq}`;
    await editByHand(store, flip);
    expect(told((await check()) as Verification)).toEqual(
      expect.arrayContaining([expect.stringMatching(`^chain link ${head.seq}: its hash is`)]),
    );
    await editByHand(store, flip);
    expect(await check()).toMatchObject({ drift: 0 });
  });

  it('sees what was changed behind it when everything is read: by the command at once, by itself within a day', async () => {
    const { id, position } = await entryOf('top-up', `wallet:${org}`);
    await check();
    const change = (by: string) =>
      `UPDATE entries SET amount_nano_usd = amount_nano_usd ${by} WHERE transfer_id = '${id}' AND position = ${position}`;
    await editByHand(store, change('+ 7'));
    expect(await check()).toMatchObject({ drift: 0 });
    expect((await verifyLedger(store)).drift).toBeGreaterThan(0);
    await aDayLater();
    expect((await check())?.drift).toBeGreaterThan(0);
    await editByHand(store, change('- 7'));
    expect(await check()).toMatchObject({ drift: 0 });
  });
});

describe('F29: a backup restored to an earlier time', () => {
  it('is whole although money moved while it was made: no drift, and a later head is not in it', async () => {
    const before = await verifyLedger(store);
    const copy = await database.open({ schema: `${store.schema}_copy` });
    try {
      await Promise.all([copyRows(store.schema, copy.schema), keepBooks(), keepBooks(), keepBooks()]);
      const restored = await verifyLedger(copy, { anchor: before.head });
      expect(told(restored)).toEqual([]);
      const { head } = await verifyLedger(store);
      expect(restored.head.seq).toBeLessThan(head.seq);
      expect((await verifyLedger(copy, { anchor: head })).drift).toBe(1);
      // Life goes on from there.
      const [row] = await copy.db.selectFrom('organizations').select('id').limit(1).execute();
      const move = { organizationId: row?.id ?? '', amountNanoUsd: dollar, idempotencyKey: 'after the backup' };
      await creditWallet(copy, { ...move, from: 'operator' }, systemClock);
      expect(told(await verifyLedger(copy))).toEqual([]);
    } finally {
      await copy.close();
    }
  });
});

/** All rows of a schema as of one moment, as a dump of its data would have them. */
async function copyRows(from: string, to: string): Promise<void> {
  const tables = await runSql(
    database.url,
    `SELECT tablename FROM pg_tables WHERE schemaname = '${from}' AND tablename <> 'schema_versions'`,
  );
  const copies = tables.map(
    ({ tablename }) => `DELETE FROM "${to}"."${tablename}";
      INSERT INTO "${to}"."${tablename}" OVERRIDING SYSTEM VALUE SELECT * FROM "${from}"."${tablename}";`,
  );
  const begin = 'BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL session_replication_role = replica;';
  await runSql(database.url, `${begin} ${copies.join('\n')} COMMIT`);
}

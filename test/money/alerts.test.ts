/** Alerts: raised once for each crossing, and brought to real endpoints and a real mail server. */
import { sql } from 'kysely';
import { SMTPServer } from 'smtp-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEndpoint, rotateEndpoint } from '../../src/control/alerts/endpoints.ts';
import { evaluateAlerts } from '../../src/control/alerts/evaluate.ts';
import { listAlerts, raiseAlert } from '../../src/control/alerts/records.ts';
import { saveEmails, saveRule } from '../../src/control/alerts/rules.ts';
import { alertTasks } from '../../src/control/alerts/tasks.ts';
import { type Jobs, prepareJobs, startJobs } from '../../src/control/jobs/queue.ts';
import { type Mailer, openMailer } from '../../src/control/mail/mailer.ts';
import { ensureOrganization } from '../../src/control/organizations.ts';
import { creditWallet, grantCredit } from '../../src/ledger/wallet.ts';
import { systemClock as clock } from '../../src/lib/clock.ts';
import { newId } from '../../src/lib/id.ts';
import { silentLog } from '../../src/lib/log.ts';
import { SecretBox } from '../../src/lib/secret-box.ts';
import { jobSchemaOf } from '../../src/store/jobs.ts';
import type { Store } from '../../src/store/store.ts';
import { isSignedBy, type Receiver, startReceiver } from '../fakes/webhook-receiver.ts';
import { type TestDatabase, testDatabase } from '../postgres.ts';
import { until } from '../until.ts';
import { dollar, prepaid } from './books.ts';
import { postAt, use } from './months.ts';

let database: TestDatabase;
let store: Store;
const toClose: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  database = await testDatabase();
  store = await database.open({ poolSize: 12 });
  await prepareJobs(store, silentLog);
});
afterEach(async () => {
  for (const close of toClose.splice(0).toReversed()) await close();
  await database.close();
});

const secrets = new SecretBox(['a master key of these tests']);
const parts = () => ({ store, clock, log: silentLog, secrets });
const evaluate = () => evaluateAlerts(parts());
const told = async () => (await listAlerts(store.db)).map(({ subject }) => subject).toReversed();
const raise = (organizationId: string | undefined, message = 'It is late.') =>
  store.db
    .transaction()
    .execute((db) =>
      raiseAlert(parts(), db, { organizationId, kind: 'test', subject: 'test', message, details: { amount: '$5.00' } }),
    );

async function work(mail?: Mailer): Promise<Jobs> {
  const tasks = alertTasks({ ...parts(), mail }).map(({ schedule: _, ...task }) => task);
  const jobs = await startJobs({ store, log: silentLog, tasks, pollMs: 50 });
  toClose.push(() => jobs.stop());
  return jobs;
}

async function receiver(): Promise<Receiver> {
  const started = await startReceiver();
  toClose.push(() => started.close());
  return started;
}

const endpoint = (url: string, organizationId?: string) =>
  createEndpoint(store.db, { organizationId, url, allowPrivate: true }, { clock, secrets });

/** Tries that wait for their next turn have it now. */
const hurry = () =>
  sql`UPDATE ${sql.id(jobSchemaOf(store.schema))}._private_jobs SET run_at = now() WHERE attempts > 0 AND locked_at IS NULL`.execute(
    store.db,
  );

async function budget(organizationId: string, limitUnits: bigint, action: 'refuse' | 'warn' = 'refuse') {
  const id = newId('bud', clock.nowMs());
  await store.db
    .insertInto('budgets')
    .values({
      id,
      organization_id: organizationId,
      owner_kind: 'organization',
      owner_id: organizationId,
      unit: 'usd',
      time_window: 'total',
      limit_units: limitUnits,
      action,
      switch_to: null,
    })
    .execute();
  return id;
}

describe('a threshold of a budget', () => {
  it('is told once, the highest of several, however often and at however many instances it is looked at', async () => {
    const org = await ensureOrganization(store.db, 'acme', clock);
    const id = await budget(org, 100n * dollar, 'warn');
    await use(store, org, 49n * dollar);
    expect(await evaluate()).toBe(0);
    await use(store, org, dollar);
    const other = await database.open();
    const both = [parts(), { ...parts(), store: other }];
    const counts = await Promise.all(Array.from({ length: 10 }, (_, i) => evaluateAlerts(both[i % 2] ?? parts())));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1);
    await use(store, org, 50n * dollar);
    expect([await evaluate(), await evaluate()]).toEqual([1, 0]);
    expect(await told()).toEqual([`budget:${id}@total:50`, `budget:${id}@total:100`]);
    const [last] = await listAlerts(store.db);
    expect(last?.message).toContain('$100.00 of $100.00');
    expect(last?.message).toContain('It only warns');
  });

  it('is told again after it was over, and follows the rule of its organization', async () => {
    const org = await ensureOrganization(store.db, 'acme', clock);
    const id = await budget(org, 10n * dollar);
    await saveRule(store.db, org, { kind: 'budget', percents: [90], disabled: false });
    await use(store, org, 8n * dollar);
    expect(await evaluate()).toBe(0);
    await use(store, org, dollar);
    expect(await evaluate()).toBe(1);
    // A higher limit ends the crossing; the next one is new.
    await store.db
      .updateTable('budgets')
      .set({ limit_units: 20n * dollar })
      .where('id', '=', id)
      .execute();
    expect(await evaluate()).toBe(0);
    await use(store, org, 9n * dollar);
    expect([await evaluate(), await evaluate()]).toEqual([1, 0]);
    await saveRule(store.db, org, { kind: 'budget', percents: [], disabled: true });
    await use(store, org, 9n * dollar);
    expect(await evaluate()).toBe(0);
  });

  it('does not count what gateways only hold', async () => {
    const org = await ensureOrganization(store.db, 'acme', clock);
    const id = await budget(org, 10n * dollar);
    const { rows } = await sql<{ lent: number }>`
      SELECT lent FROM lend(${id}, NULL, 'a', 'boot', 1, interval '1 minute')`.execute(store.db);
    expect(rows[0]?.lent).toBe(Number(10n * dollar));
    expect(await evaluate()).toBe(0);
  });
});

describe('a low balance', () => {
  it('is a fifth of the last payment, and is armed again by the next one', async () => {
    const org = await prepaid(store, 'acme');
    const topUp = (idempotencyKey: string) =>
      creditWallet(
        store,
        { organizationId: org, amountNanoUsd: 100n * dollar, idempotencyKey, from: 'operator' },
        clock,
      );
    expect(await evaluate()).toBe(0);
    await topUp('a');
    await use(store, org, 80n * dollar);
    expect(await evaluate()).toBe(0);
    await use(store, org, 1n);
    expect([await evaluate(), await evaluate()]).toEqual([1, 0]);
    expect((await listAlerts(store.db))[0]?.message).toBe(
      'The balance is low: $19.999999999 is left, less than $20.00.',
    );
    await topUp('b');
    expect(await evaluate()).toBe(0);
    await use(store, org, 100n * dollar);
    expect(await evaluate()).toBe(1);
  });

  it('is an amount where a rule says so, and credit counts', async () => {
    const org = await prepaid(store, 'acme');
    await saveRule(store.db, org, { kind: 'low-balance', percents: [], amountNanoUsd: 5n * dollar, disabled: false });
    await grantCredit(
      store,
      { organizationId: org, kind: 'promotional', amountNanoUsd: 5n * dollar, idempotencyKey: 'g' },
      clock,
    );
    expect(await evaluate()).toBe(0);
    await use(store, org, 1n);
    expect(await evaluate()).toBe(1);
    expect(await told()).toEqual([`low-balance:${org}`]);
  });
});

describe('an anomaly', () => {
  const at = (hoursAgo: number) => new Date(clock.nowMs() - hoursAgo * 3_600_000).toISOString();

  it('is an hour of many times the usual one, told once until it is over', async () => {
    const [usual, fresh, calm] = [
      await ensureOrganization(store.db, 'usual', clock),
      await ensureOrganization(store.db, 'fresh', clock),
      await ensureOrganization(store.db, 'calm', clock),
    ];
    await sql`UPDATE organizations SET created_at = now() - interval '30 days' WHERE id <> ${fresh}`.execute(store.db);
    await postAt(store, at(50));
    await use(store, usual, 168n * dollar);
    await use(store, calm, 168n * dollar);
    await postAt(store, at(0));
    await use(store, usual, 7n * dollar);
    await use(store, calm, 7n * dollar);
    await use(store, fresh, 100n * dollar);
    expect(await evaluate()).toBe(0);
    await use(store, usual, dollar + 1n);
    expect([await evaluate(), await evaluate()]).toEqual([1, 0]);
    expect((await listAlerts(store.db))[0]?.message).toBe('$8.000000001 was spent in the last hour; $1.00 is usual.');
    expect(await told()).toEqual([`anomaly:${usual}`]);
  });

  it('counts each charge once, whoever looks and when', async () => {
    const org = await ensureOrganization(store.db, 'acme', clock);
    const uses = Array.from({ length: 30 }, () => use(store, org, 3n));
    await Promise.all([...uses, evaluate(), evaluate(), evaluate()]);
    await evaluate();
    const { rows } = await sql<{
      sum_usd: bigint;
    }>`SELECT sum(charge_nano_usd)::bigint AS sum_usd FROM alert_spend`.execute(store.db);
    expect(rows[0]?.sum_usd).toBe(90n);
  });
});

describe('the house', () => {
  it('is told of what it pays itself and of books that do not agree', async () => {
    const org = await prepaid(store, 'acme');
    await use(store, org, 2n * dollar);
    const check = (drift: number) =>
      store.db
        .insertInto('ledger_checks')
        .values({ took_ms: 1, drift, warnings: 0, findings: '[]', counts: '{}' })
        .execute();
    await check(3);
    expect([await evaluate(), await evaluate()]).toEqual([2, 0]);
    expect(await told()).toEqual(['house-overrun', 'ledger-drift']);
    await check(0);
    expect(await evaluate()).toBe(0);
    await check(1);
    expect(await evaluate()).toBe(1);
  });

  it('is told once of each payment that needs a look', async () => {
    const org = await prepaid(store, 'acme');
    await store.db
      .insertInto('payment_alerts')
      .values({ id: 'al_1', organization_id: org, kind: 'payment-disputed', subject: 'dp_1', message: 'Look.' })
      .execute();
    expect([await evaluate(), await evaluate()]).toEqual([1, 0]);
    expect(await listAlerts(store.db, { organizationId: org })).toMatchObject([
      { kind: 'payment-disputed', message: 'Look.' },
    ]);
  });
});

describe('a webhook', () => {
  it('is signed, goes to its organization and to the operators, and to nobody else', async () => {
    const [org, other] = [
      await ensureOrganization(store.db, 'acme', clock),
      await ensureOrganization(store.db, 'other', clock),
    ];
    const [own, operators, strange] = [await receiver(), await receiver(), await receiver()];
    const { secret } = await endpoint(own.url, org);
    const everything = await endpoint(operators.url);
    await endpoint(strange.url, other);
    await work();
    const id = await raise(org);
    await until('both got it', () => own.received.length === 1 && operators.received.length === 1);
    const [message] = own.received;
    if (message === undefined) throw new Error('nothing came');
    expect(isSignedBy(message, secret)).toBe(true);
    expect(isSignedBy(message, everything.secret)).toBe(false);
    expect(isSignedBy({ ...message, body: `${message.body} ` }, secret)).toBe(false);
    expect(message.id).toBe(id);
    expect(Math.abs(message.timestamp - Date.now() / 1000)).toBeLessThan(60);
    expect(JSON.parse(message.body)).toMatchObject({
      type: 'alert.test',
      data: { id, organizationId: org, message: 'It is late.' },
    });
    expect(strange.received).toEqual([]);
    await until('it is known', async () =>
      (await listAlerts(store.db))[0]?.deliveries.every(({ status }) => status === 'delivered'),
    );
  });

  it('is signed with both secrets while one is rotated', async () => {
    const hook = await receiver();
    const old = await endpoint(hook.url);
    const fresh = await rotateEndpoint(store.db, old.row, { clock, secrets });
    expect(JSON.stringify(fresh.row)).not.toContain('whsec_');
    await work();
    await raise(undefined);
    const message = await until('it came', () => hook.received[0]);
    expect([isSignedBy(message, old.secret), isSignedBy(message, fresh.secret)]).toEqual([true, true]);
  });

  it('is sent again until it is taken, with the same id; a redirect is not followed', async () => {
    const [hook, elsewhere] = [await receiver(), await receiver()];
    hook.answers.push({ status: 500 }, { status: 302, headers: { location: elsewhere.url } });
    await endpoint(hook.url);
    await work();
    const id = await raise(undefined);
    await until('three tries', async () => {
      await hurry();
      return hook.received.length === 3;
    });
    expect(hook.received.map((message) => message.id)).toEqual([id, id, id]);
    expect(elsewhere.received).toEqual([]);
    const [alert] = await until('it is known', async () => {
      const list = await listAlerts(store.db);
      return list[0]?.deliveries[0]?.status === 'delivered' && list;
    });
    expect(alert?.deliveries).toMatchObject([{ attempts: 3, status: 'delivered' }]);
  });

  it('is turned off by a receiver that answers 410', async () => {
    const hook = await receiver();
    hook.answers.push({ status: 410 });
    const { id } = (await endpoint(hook.url)).row;
    await work();
    await raise(undefined);
    await until('it failed', async () => (await listAlerts(store.db))[0]?.deliveries[0]?.status === 'failed');
    expect(
      await store.db.selectFrom('webhook_endpoints').select('disabled').where('id', '=', id).executeTakeFirst(),
    ).toEqual({ disabled: true });
  });

  it('of a customer never reaches a private address, whatever name it has', async () => {
    const hook = await receiver();
    const port = new URL(hook.url).port;
    const org = await ensureOrganization(store.db, 'acme', clock);
    const create = (url: string) =>
      createEndpoint(store.db, { organizationId: org, url, allowPrivate: false }, { clock, secrets });
    for (const url of [
      'https://127.0.0.1/',
      'https://[::1]/',
      'https://10.0.0.1/',
      'https://[::ffff:10.0.0.1]/',
      'https://localhost/',
      'https://2130706433/',
      'http://example.com/',
      'https://a:b@example.com/',
      'file:///etc/passwd',
      'x',
    ]) {
      await expect(create(url), url).rejects.toThrow(/public|begins with/);
    }
    const { id } = (await create('https://example.com/')).row;
    // As if the name pointed inside since then.
    await store.db
      .updateTable('webhook_endpoints')
      .set({ url: `http://localhost:${port}/` })
      .where('id', '=', id)
      .execute();
    await work();
    await raise(org);
    const delivery = await until('it was tried', async () => {
      const [alert] = await listAlerts(store.db);
      return alert?.deliveries[0]?.attempts === 1 && alert.deliveries[0];
    });
    expect(delivery.error).toContain('not a public address');
    expect(hook.received).toEqual([]);
  });
});

describe('mail', () => {
  it('goes over a real server, in plain text and escaped HTML, once for each address', async () => {
    const mails: { to: string[]; data: string }[] = [];
    let refusals = 1;
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onAuth: ({ username, password }, _, done) =>
        done(null, username === 'me' && password === 'p@ss' ? { user: 'me' } : undefined),
      onData(stream, session, done) {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk) => chunks.push(chunk));
        stream.on('end', () => {
          if (refusals-- > 0) return done(Object.assign(new Error('try later'), { responseCode: 451 }));
          mails.push({
            to: session.envelope.rcptTo.map(({ address }) => address),
            data: Buffer.concat(chunks).toString(),
          });
          done();
        });
      },
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    toClose.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
    const { port } = server.server.address() as { port: number };
    const org = await ensureOrganization(store.db, 'A & B', clock);
    await saveEmails(store.db, org, ['müller@example.com', 'b@example.com']);
    await saveEmails(store.db, undefined, ['b@example.com', 'op@example.com']);
    await work(openMailer({ url: `smtp://me:p%40ss@127.0.0.1:${port}`, from: 'Tollgate <billing@example.com>' }));
    await raise(org, '<b>80 %</b> is "spent"\nBcc: x@example.com');
    await until('all three arrived', async () => {
      await hurry();
      return mails.length === 3;
    });
    expect(mails.map(({ to }) => to.join()).toSorted()).toEqual(
      ['b@example.com', 'müller@example.com', 'op@example.com'].toSorted(),
    );
    const data = mails[0]?.data ?? '';
    expect(data).toContain('From: Tollgate <billing@example.com>');
    expect(data).toContain('multipart/alternative');
    expect(data).toMatch(/Message-ID: <dlv_\w+@example.com>/);
    expect(data.split('\r\n\r\n', 1)[0]).not.toMatch(/^Bcc:/m);
    expect(data.replaceAll(/=\r\n/g, '')).toContain('&lt;b&gt;80 %&lt;/b&gt;');
    await until('it is known', async () =>
      (await listAlerts(store.db))[0]?.deliveries.every(({ status }) => status === 'delivered'),
    );
  });

  it('that is not configured is said once, and its deliveries fail without being tried for days', async () => {
    const lines: string[] = [];
    alertTasks({ ...parts(), log: { ...silentLog, info: (_, message) => lines.push(message) } });
    expect(lines).toEqual(['no mail is configured: alerts go to webhooks alone']);
    await saveEmails(store.db, undefined, ['op@example.com']);
    await work();
    await raise(undefined);
    const [delivery] = await until('it failed', async () => {
      const [alert] = await listAlerts(store.db);
      return alert?.deliveries[0]?.status === 'failed' && alert.deliveries;
    });
    expect(delivery).toMatchObject({
      channel: 'email',
      to: 'op@example.com',
      error: 'no mail is configured',
      attempts: 1,
    });
  });
});

/** Things of an organization, by the parameter of a path that names them. A new parameter needs a line here. */
import { createBudget } from '../../src/control/budgets/budgets.ts';
import { beginErasure } from '../../src/control/content/end-users.ts';
import { makeUsage } from '../../src/control/logs/usage.fixture.ts';
import { invite } from '../../src/control/members/invitations.ts';
import { setMember } from '../../src/control/members/memberships.ts';
import { ensureOwner } from '../../src/control/owners.ts';
import { createUser } from '../../src/control/sign-in/users.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { newId } from '../../src/lib/id.ts';
import type { TestApi } from './harness.ts';
import { operatorFixtures } from './operator-fixtures.ts';

/** The management API as an operator asks it, and its database. */
export type Asked = Pick<TestApi, 'ask' | 'store'>;

/** Makes one, and gives what stands in the path. `made`: what is made already, which it may belong to. */
export type Fixture = (api: Asked, organizationId: string, made: Readonly<Record<string, string>>) => Promise<string>;

export const fixtures: Readonly<Record<string, Fixture>> = {
  organizationId: async (_, organizationId) => organizationId,
  keyId: async (api, organizationId) =>
    (await api.ask('POST /keys', { body: { name: 'thing', organizationId } })).body.id,
  projectId: async ({ store }, organizationId) =>
    ensureOwner(store.db, 'projects', organizationId, 'thing', systemClock),
  budgetId: async ({ store }, organizationId) => {
    const owner = { owner: 'tag', ownerName: newId('tag', Date.now()), unit: 'usd', window: 'month' } as const;
    return (await createBudget(store.db, { organizationId, ...owner, limitUnits: 1_000n }, systemClock)).id;
  },
  erasureId: async ({ store }, organizationId) =>
    (await beginErasure(store.db, organizationId, 'somebody', systemClock)).id,
  endUserId: async ({ store }, organizationId) => {
    const end_user = newId('eu', Date.now());
    await makeUsage(store.db, { organization_id: organizationId, end_user }, Date.now() - 1_000);
    return end_user;
  },
  requestId: async ({ store }, organizationId) =>
    makeUsage(store.db, { organization_id: organizationId }, Date.now() - 1_000),
  sessionId: async ({ store }, organizationId) => {
    const session_id = newId('run', Date.now());
    await makeUsage(store.db, { organization_id: organizationId, session_id }, Date.now() - 1_000);
    return session_id;
  },
  transferId: credit,
  auditId: async (api, organizationId) => {
    await api.ask('POST /keys', { body: { name: 'audited', organizationId } });
    return (await api.ask(`GET /audit?organizationId=${organizationId}&limit=1`)).body.data[0].id;
  },
  paymentId: pay,
  invoiceId: invoice,
  creditNoteId: creditNote,
  endpointId: async (api, organizationId) =>
    (await api.ask('POST /webhook-endpoints', { body: { url: 'https://hooks.example.com/', organizationId } })).body.id,
  /** An own key of the organization for it. */
  provider: async ({ store }, organizationId) => {
    const id = newId('pky', Date.now());
    const row = { organization_id: organizationId, provider: 'openai', sealed: 'v1.x.y', fallback: false };
    const rest = { hint: null, base_url: null, settings: null, ended_at: null };
    await store.db
      .insertInto('organization_credentials')
      .values({ id, ...row, ...rest })
      .onConflict((clash) => clash.doNothing())
      .execute();
    return 'openai';
  },
  memberId: async ({ store }, organizationId) => {
    const email = `${newId('person', Date.now())}@example.com`;
    const userId = await createUser(store.db, { name: 'thing', email, emailVerified: false }, systemClock);
    return setMember(store.db, { organizationId, userId, email, role: 'viewer' }, systemClock);
  },
  invitationId: async ({ store }, organizationId) => {
    const email = `${newId('person', Date.now())}@example.com`;
    const wish = { organizationId, email, role: 'viewer', invitedBy: 'a test', mailed: false } as const;
    return (await invite(store.db, wish, systemClock)).invitation.id;
  },
  /** Of a person's account: a management key has none. */
  accountSessionId: async () => 'ses_never',
  /** Of alert rules: a name, and no thing of anybody's. */
  kind: async () => 'low-balance',
  ...operatorFixtures,
};

async function credit(api: Asked, organizationId: string): Promise<string> {
  const body = { amountUsd: '1.00' };
  return (await api.ask(`POST /organizations/${organizationId}/wallet/credits`, { body })).body.transferId;
}

async function pay({ store }: Asked, organizationId: string): Promise<string> {
  const id = newId('pay', Date.now());
  const row = { id, organization_id: organizationId, kind: 'top-up', state: 'paid', amount_nano_usd: 1n } as const;
  await store.db
    .insertInto('stripe_payments')
    .values({ ...row, customer_id: 'cus_x' })
    .execute();
  return id;
}

let serial = 0;

/** Of a month in which nothing was used. */
async function invoice({ store }: Asked, organizationId: string): Promise<string> {
  serial++;
  const id = newId('inv', Date.now());
  const year = 2020 + Math.floor(serial / 12);
  const month = serial % 12;
  const times = { period_start: new Date(Date.UTC(year, month)), period_end: new Date(Date.UTC(year, month + 1)) };
  await store.db
    .insertInto('invoices')
    .values({
      ...times,
      id,
      organization_id: organizationId,
      serial,
      number: `I-${serial}`,
      period: times.period_start.toISOString().slice(0, 7),
      time_zone: 'UTC',
      from_link: serial,
      to_link: serial + 1,
      seller: JSON.stringify({ name: 'Seller', address: ['1 Street'] }),
      buyer: JSON.stringify({ name: 'Buyer', address: ['2 Street'] }),
      tax_basis_points: 0,
      reverse_charge: false,
      lines: '[]',
      payments: '[]',
      charges_nano_usd: 0n,
      credit_nano_usd: 0n,
      wallet_nano_usd: 0n,
      direct_nano_usd: 0n,
      house_nano_usd: 0n,
      net_nano_usd: 0n,
      returned_nano_usd: 0n,
      tax_nano_usd: 0n,
      rounding_nano_usd: 0n,
      due_nano_usd: 0n,
      transfer_id: null,
      status: 'paid',
      paid_by: null,
      due_at: new Date(),
      settled_at: null,
    })
    .execute();
  return id;
}

async function creditNote(api: Asked, organizationId: string): Promise<string> {
  const id = newId('crn', Date.now());
  const owner = { invoice_id: await invoice(api, organizationId), organization_id: organizationId };
  const reason = { goes_to: 'owed', reason: 'a mistake', transfer_id: await credit(api, organizationId) } as const;
  await api.store.db
    .insertInto('credit_notes')
    .values({ ...owner, ...reason, id, serial, number: `C-${serial}`, amount_nano_usd: 1n, tax_nano_usd: 0n })
    .execute();
  return id;
}

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApi, testApi } from '../../../test/api/harness.ts';
import { dollar } from '../../../test/money/books.ts';
import { postAt, seller, use } from '../../../test/money/months.ts';
import { creditWallet } from '../../ledger/wallet.ts';
import { systemClock } from '../../lib/clock.ts';

let api: TestApi;
let acme: { id: string; key: string };
let other: { id: string; key: string };

beforeAll(async () => {
  api = await testApi();
  acme = await api.tenant('acme');
  other = await api.tenant('other');
  await postAt(api.store, '2026-03-05T10:00:00Z');
  for (const { id } of [acme, other]) await use(api.store, id, 1_234_567_891n, { model: 'openai/gpt-5' });
  const paid = {
    organizationId: acme.id,
    amountNanoUsd: 119n * dollar,
    idempotencyKey: 'pay',
    from: 'stripe',
  } as const;
  await creditWallet(api.store, paid, systemClock);
  await postAt(api.store, '2026-04-01T00:00:00Z');
});
afterAll(() => api.close());

const close = (id: string) => api.ask(`POST /organizations/${id}/invoices`, { body: { period: '2026-03' } });

describe('invoices', () => {
  it('are made when it is known who sells, and the same one however often a month is closed', async () => {
    expect((await api.ask('GET /invoice-seller')).status).toBe(409);
    const early = await close(acme.id);
    expect([early.status, early.body.error.remedy]).toEqual([400, expect.stringContaining('PUT /invoice-seller')]);
    expect((await api.ask('PUT /invoice-seller', { body: seller })).body).toEqual(seller);
    expect((await api.ask('GET /invoice-seller')).body).toEqual(seller);
    const details = { name: 'Acme Łtd', address: ['1 Road'], taxId: 'GB1' };
    const path = `/organizations/${acme.id}`;
    expect((await api.ask(`PUT ${path}/billing-details`, { key: acme.key, body: details })).body.details).toEqual(
      details,
    );
    expect((await api.ask(`PUT ${path}/tax`, { body: { taxBasisPoints: 2000, reverseCharge: false } })).body).toEqual({
      details,
      taxBasisPoints: 2000,
      reverseCharge: false,
    });
    const made = await close(acme.id);
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      number: 'INV-000001',
      organizationId: acme.id,
      period: '2026-03',
      periodStart: '2026-03-01T00:00:00.000Z',
      status: 'open',
      buyer: details,
      taxPercent: 20,
      chargesUsd: '1.234567891',
      taxUsd: '0.25',
      roundingUsd: '-0.004567891',
      dueUsd: '1.48',
      openUsd: '1.48',
      lines: [{ model: 'openai/gpt-5', requests: 1, amountUsd: '1.234567891' }],
    });
    expect((await close(acme.id)).body).toEqual(made.body);
    expect((await close(other.id)).body.number).toBe('INV-000002');
    const empty = await api.ask(`POST /organizations/${acme.id}/invoices`, { body: { period: '2026-04' } });
    expect(empty.status).toBe(409);
    expect((await api.ask(`POST /organizations/${acme.id}/invoices`, { body: { period: '2999-01' } })).status).toBe(
      400,
    );
  });

  it('are seen by their own customer, as JSON, PDF and CSV, and by no other', async () => {
    const { data } = (await api.ask('GET /invoices', { key: acme.key })).body;
    expect(data).toHaveLength(1);
    const { id } = data[0];
    expect((await api.ask(`GET /invoices/${id}`, { key: acme.key })).body).toEqual(data[0]);
    const pdf = await api.ask(`GET /invoices/${id}/pdf`, { key: acme.key });
    expect(pdf.headers).toMatchObject({ 'content-type': 'application/pdf' });
    expect(pdf.headers['content-disposition']).toContain('INV-000001.pdf');
    expect(pdf.text.startsWith('%PDF-')).toBe(true);
    expect((await api.ask(`GET /invoices/${id}/csv`, { key: acme.key })).text).toContain('total,,Total due,,,,,,,1.48');
    for (const path of [`/invoices/${id}`, `/invoices/${id}/pdf`, `/invoices/${id}/csv`]) {
      expect((await api.ask(`GET ${path}`, { key: other.key })).status, path).toBe(404);
    }
    expect((await api.ask(`GET /invoices?organizationId=${acme.id}`, { key: other.key })).status).toBe(404);
    expect((await api.ask('GET /invoices?status=open&period=2026-03')).body.data).toHaveLength(2);
  });

  it('are credited and paid by operators alone, and tell what is wrong with an amount', async () => {
    const [{ id }] = (await api.ask('GET /invoices', { key: other.key })).body.data;
    const credit = (body: object, key = api.operator) => api.ask(`POST /invoices/${id}/credit-notes`, { key, body });
    expect((await credit({ reason: 'x' }, other.key)).status).toBe(403);
    expect((await credit({ reason: 'x', amountUsd: '99' })).body.error.message).toContain('$1.46 is left');
    expect((await credit({ reason: 'x', amountUsd: '0.001' })).body.error.message).toContain('whole cents');
    expect((await credit({ reason: 'x', more: 1 })).status).toBe(400);
    const note = await credit({ reason: 'Outage', amountUsd: '0.46' });
    expect([note.status, note.body]).toMatchObject([201, { number: 'CN-000001', amountUsd: '0.46', goesTo: 'owed' }]);
    const pdf = `GET /credit-notes/${note.body.id}/pdf`;
    expect((await api.ask(pdf, { key: other.key })).text.startsWith('%PDF-')).toBe(true);
    expect((await api.ask(pdf, { key: acme.key })).status).toBe(404);
    const pay = (key = api.operator) => api.ask(`POST /invoices/${id}/pay`, { key, body: { reference: 'bank 7' } });
    expect((await pay(other.key)).status).toBe(403);
    const paid = await pay();
    expect(paid.body).toMatchObject({ status: 'paid', openUsd: '0.00', creditNotes: [{ id: note.body.id }] });
    expect((await pay()).body).toEqual(paid.body);
    expect((await api.ask('POST /invoices/inv_none/pay', { body: {} })).status).toBe(404);
  });
});

describe('receipts', () => {
  it('stand for each payment, for its own customer', async () => {
    const { data } = (await api.ask('GET /receipts', { key: acme.key })).body;
    expect(data).toMatchObject([{ organizationId: acme.id, amountUsd: '119.00', by: 'stripe' }]);
    const pdf = `GET /receipts/${data[0].id}/pdf`;
    expect((await api.ask(pdf, { key: acme.key })).text.startsWith('%PDF-')).toBe(true);
    expect((await api.ask(pdf, { key: other.key })).status).toBe(404);
    expect((await api.ask('GET /receipts', { key: other.key })).body.data).toEqual([]);
  });
});

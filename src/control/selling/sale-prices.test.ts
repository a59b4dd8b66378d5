import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../../test/postgres.ts';
import { until } from '../../../test/until.ts';
import { saleFor } from '../../catalog/sale.ts';
import { systemClock } from '../../lib/clock.ts';
import { silentLog } from '../../lib/log.ts';
import { type LiveSnapshot, openLiveSnapshot } from '../../snapshot/live.ts';
import type { Store } from '../../store/store.ts';
import { importDeclared } from '../keys/declared.ts';
import { hashKey } from '../keys/format.ts';
import { createKey } from '../keys/keys.ts';
import { endSalePrice, listSalePrices, type SaleTerms, setSalePrice } from './sale-prices.ts';

const names = {
  credentials: [],
  catalog: { models: [], find: () => undefined },
  routes: [],
  timeouts: { connectMs: 1, firstTokenMs: 1, wholeMs: 1, idleMs: 1, totalMs: 1 },
};

let database: TestDatabase;
let store: Store;
let live: LiveSnapshot;
let acme: { key: string; organizationId: string };
let other: { key: string; organizationId: string };

beforeEach(async () => {
  database = await testDatabase();
  store = await database.open();
  acme = await createKey(store, { name: 'a', organization: 'acme' }, systemClock);
  other = await createKey(store, { name: 'o', organization: 'other' }, systemClock);
  live = await openLiveSnapshot({ store: await database.open(), names, log: silentLog });
});

afterEach(async () => {
  await live.close();
  await database.close();
});

const set = (terms: SaleTerms) => setSalePrice(store.db, terms, systemClock);
const markup = (percent: number, model?: string, organizationId?: string) =>
  set({ markupBasisPoints: percent * 100, ...(model && { model }), ...(organizationId && { organizationId }) });

/** The id of the rule by which a key's requests to a model are charged. */
function ruleOf({ key }: { key: string }, id: string): string {
  const found = live.current.keys.get(hashKey(key));
  return saleFor(found?.organization.sales, { id }).id;
}

describe('sale prices', () => {
  it('of an organization beat those of everybody, and the longest pattern wins', async () => {
    const all = await markup(10);
    const openai = await markup(20, 'openai/*');
    const exact = await markup(30, 'openai/gpt-5');
    const own = await markup(5, 'openai/*', acme.organizationId);
    const ownMini = await markup(6, 'openai/gpt-5-mini', acme.organizationId);
    await live.refresh();
    expect(ruleOf(other, 'groq/x')).toBe(all.id);
    expect(ruleOf(other, 'openai/gpt-4')).toBe(openai.id);
    expect(ruleOf(other, 'openai/gpt-5')).toBe(exact.id);
    expect(ruleOf(acme, 'openai/gpt-5')).toBe(own.id);
    expect(ruleOf(acme, 'openai/gpt-5-mini')).toBe(ownMini.id);
    expect(ruleOf(acme, 'groq/x')).toBe(all.id);
  });

  it('hold for the dated names of their model too, which are no way around it', async () => {
    const wide = await markup(1, 'openai/gpt-5*');
    const exact = await markup(30, 'openai/gpt-5');
    await live.refresh();
    expect(ruleOf(acme, 'openai/gpt-5-2025-08-07')).toBe(exact.id);
    expect(ruleOf(acme, 'openai/gpt-5-latest')).toBe(exact.id);
    expect(ruleOf(acme, 'openai/gpt-5-mini')).toBe(wide.id);
  });

  it('reach an instance that listens within a second, and so does their end', async () => {
    const made = await markup(10);
    await until('the price', () => ruleOf(acme, 'openai/gpt-5') === made.id, 1_000);
    await endSalePrice(store.db, made.id, systemClock);
    await until('the end of it', () => ruleOf(acme, 'openai/gpt-5') === 'cost', 1_000);
  });

  it('never change: a new one ends the old one, and the same again makes none', async () => {
    const first = await markup(10);
    expect(await markup(10)).toEqual(first);
    const second = await markup(11);
    expect(second.id).not.toBe(first.id);
    expect(await listSalePrices(store.db)).toEqual([second]);
    const ended = (await listSalePrices(store.db, { includeEnded: true })).at(-1);
    expect(ended).toMatchObject({ id: first.id, markupBasisPoints: 1_000, endedAtMs: expect.any(Number) });
    const edit = store.db.updateTable('sale_prices').set({ markup_basis_points: 1 }).where('id', '=', second.id);
    await expect(edit.execute()).rejects.toThrow('append-only');
  });

  it('are read as exact rates', async () => {
    const price = { input: '1.25', output: '10', cacheRead: '0.125', perRequest: '0.000000000001' };
    await set({ price, model: 'openai/gpt-5' });
    await live.refresh();
    const sales = live.current.keys.get(hashKey(acme.key))?.organization.sales;
    expect(sales?.[0]?.price).toMatchObject({
      input: { base: 1_250_000n },
      output: { base: 10_000_000n },
      cacheRead: { base: 125_000n },
      perRequest: 1n,
    });
  });

  it.each<[string, SaleTerms]>([
    ['nothing', {}],
    ['both', { markupBasisPoints: 1, price: { input: '1', output: '1' } }],
    ['a markup below nothing', { markupBasisPoints: -1 }],
    ['a part of a basis point', { markupBasisPoints: 0.5 }],
    ['a bare name', { markupBasisPoints: 1, model: 'gpt-5' }],
    ['a star in the middle', { markupBasisPoints: 1, model: 'openai/*-mini' }],
    ['a negative price', { price: { input: '-1', output: '1' } }],
    ['a price finer than a pico-dollar', { price: { input: '0.0000001', output: '1' } }],
  ])('refuse %s', async (_, terms) => {
    await expect(set(terms)).rejects.toMatchObject({ name: 'Refusal' });
  });

  it('are not taken by the database when no gateway could read them', async () => {
    for (const price of [
      '{"input": "1"}',
      '{"input": 1, "output": 1}',
      '{"input": "1", "output": "1", "x": "1"}',
      '[]',
    ]) {
      const values = { id: 'sp_x', price: JSON.parse(price) };
      await expect(store.db.insertInto('sale_prices').values(values).execute()).rejects.toThrow('check constraint');
    }
  });

  it('come from the file too, once for each change of it', async () => {
    const load = (markupBasisPoints: number) =>
      importDeclared(
        store,
        { organizations: [{ name: 'acme', billing: 'prepaid', markupBasisPoints }], keys: [] },
        systemClock,
        silentLog,
      );
    await load(1_250);
    await load(1_250);
    await load(2_000);
    const rows = await listSalePrices(store.db, { includeEnded: true, organizationId: acme.organizationId });
    expect(rows.map((row) => [row.markupBasisPoints, row.source, row.endedAtMs !== undefined])).toEqual([
      [2_000, 'file', false],
      [1_250, 'file', true],
    ]);
    const row = await store.db
      .selectFrom('organizations')
      .select(['billing', 'spends'])
      .where('id', '=', acme.organizationId)
      .executeTakeFirst();
    expect(row).toEqual({ billing: 'prepaid', spends: 'wallet' });
  });
});

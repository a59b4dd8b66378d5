/**
 * Hole S13 in one gateway that was used for everything: no secret that it was given, made or asked with is in its log, in
 * its database but hashed or sealed, in an answer of the management API, in an error, or on a page of the dashboard: not
 * in its text, its attributes, or what the browser keeps.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobSchemaOf } from '../../src/store/jobs.ts';
import { SecretSearch } from '../harness/secret-search.ts';
import { runSql } from '../postgres.ts';
import { type Filled, fillGateway } from './filled.ts';

let filled: Filled;
let search: SecretSearch;

beforeAll(async () => {
  filled = await fillGateway();
  search = new SecretSearch(filled.canaries);
}, 600_000);
afterAll(() => filled.close());

const found = (texts: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(texts).flatMap(([where, text]) =>
    search.in(Buffer.from(text)).map(({ what, form, context }) => `${where}: ${what}, ${form}: …${context}…`),
  );

describe('a secret of a gateway that was used for everything', () => {
  it('was in many places: keys that were made, secrets that were given, a second factor', () => {
    expect(filled.canaries.length).toBeGreaterThan(30);
    expect(Object.keys(filled.reads).length).toBeGreaterThan(100);
    expect(Object.keys(filled.errors).length).toBeGreaterThan(50);
  });

  it('is in no answer of the management API, and in no error', () => {
    expect(found(filled.reads)).toEqual([]);
    expect(found(filled.errors)).toEqual([]);
  });

  it('is in no table, but hashed or sealed', async () => {
    const { url, schema } = filled.rig.gateway.database;
    const tables = await runSql(
      url,
      `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind = 'r' AND n.nspname IN ('${schema}', '${jobSchemaOf(schema)}')`,
    );
    expect(tables.length).toBeGreaterThan(60);
    const dump: Record<string, string> = {};
    for (const { name } of tables) {
      const [row] = await runSql(url, `SELECT json_agg(t)::text AS rows FROM ${String(name)} t`);
      dump[String(name)] = String(row?.rows ?? '');
    }
    expect(found(dump)).toEqual([]);
  });

  it('is on no page of the dashboard, whatever its reader', async () => {
    const { rig, things } = filled;
    const key = (
      await rig.api('POST /keys', {
        name: 'looks',
        organizationId: things.organizationId,
        kind: 'management',
        scope: 'owner',
      })
    ).key;
    for (const reader of [rig.operatorKey, key]) {
      const visitor = await rig.visit({ key: reader });
      for (const path of pages(things)) {
        await visitor.go(path);
        expect(found({ [path]: await visitor.page.content() }), path).toEqual([]);
      }
      const keeps = await visitor.page.evaluate(
        'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])',
      );
      // Who signs in with a key has it in this tab, until it is closed.
      expect(found({ 'what the browser keeps': String(keeps).replaceAll(reader, '') })).toEqual([]);
      await visitor.context.close();
    }
  }, 600_000);

  it('is not in the log, and in no file of the gateway', () => {
    const { gateway } = filled.rig;
    const dataDir = join(gateway.dataDir, 'data');
    const files = readdirSync(dataDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const texts = Object.fromEntries(
      files.map(({ name, parentPath }) => [name, readFileSync(join(parentPath, name), 'latin1')]),
    );
    expect(gateway.stderr.length).toBeGreaterThan(10_000);
    expect(found({ ...texts, log: gateway.process.output })).toEqual([]);
  });
});

/** Every page, those of one thing with that thing. */
function pages({ keyId, requestId, sessionId, routeName, invoiceId, endUserId }: Filled['things']): readonly string[] {
  const plain =
    '/ /overview /live /requests /sessions /costs /keys /models /providers /routes /playground /budgets /alerts /wallet /plans /prices /margin /invoices /customers /members /audit /settings /account /start /end-users';
  const named = [
    `/keys/${keyId}`,
    `/requests/${requestId}`,
    `/sessions/${sessionId}`,
    `/routes/${routeName}`,
    `/invoices/${invoiceId}`,
    `/end-users/${endUserId}`,
  ];
  return [...plain.split(' '), ...named];
}

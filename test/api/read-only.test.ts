/**
 * Mass assignment: each column that a resource shows and no body takes is sent with a valid change, and refused; the row
 * is the same afterwards.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { JsonSchema } from '../../src/control/api/openapi.ts';
import { type ApiRoute, routeName } from '../../src/control/api/route.ts';
import { apiRoutes } from '../../src/control/api/routes.ts';
import { bodies, makeThings, pathOf, type Things } from './bodies.ts';
import { type TestApi, testApi } from './harness.ts';
import { openaiAlone, testNaming } from './naming.ts';

let api: TestApi;
let things: Things;
let acme: { id: string; key: string };

beforeAll(async () => {
  api = await testApi({ requestsPerMinute: 1_000_000, naming: testNaming(openaiAlone) });
  acme = await api.tenant('acme');
  things = await makeThings(api, acme.id);
}, 120_000);

afterAll(() => api.close());

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): JsonSchema =>
  z.toJSONSchema(schema, { io, reused: 'inline', unrepresentable: 'any' }) as JsonSchema;

const membersOf = (schema: z.ZodType | undefined, io: 'input' | 'output') =>
  schema === undefined ? [] : Object.keys(schemaOf(schema, io).properties ?? {});

/** Columns of tables that an attacker would guess, though no route shows them. */
const guessed = [
  'id',
  'organization_id',
  'organizationId',
  'role',
  'scopes',
  'hash',
  'source',
  'createdAt',
  'created_at',
];

const writes = apiRoutes.filter(
  (each) => each.body !== undefined && each.method !== 'GET' && each.handle !== undefined,
);

const readOnlyOf = (each: ApiRoute) => {
  const taken = new Set(membersOf(each.body, 'input'));
  return [...new Set([...membersOf(each.answer, 'output'), ...guessed])].filter((name) => !taken.has(name));
};

describe.each(writes.map((each) => [routeName(each), each] as const))('%s', (name, each) => {
  it('refuses every column that it does not take', async () => {
    const path = pathOf(each, things);
    for (const column of readOnlyOf(each)) {
      const body = { ...bodies(things)[name], [column]: 'org_other' };
      const { status } = await api.ask(`${each.method} ${path}`, { body });
      expect([400, 401, 403, 404, 409, 503], `${column}`).toContain(status);
    }
  });
});

it('a refused column changes nothing: the key is the same afterwards', async () => {
  const path = `/keys/${things.keyId}`;
  const before = (await api.ask(`GET ${path}`)).body;
  const columns = Object.keys(before).filter(
    (name) => !['name', 'models', 'limits', 'cache', 'expiresAt', 'tags'].includes(name),
  );
  expect(columns.length).toBeGreaterThan(8);
  for (const column of columns) {
    const { status, body } = await api.ask(`PATCH ${path}`, { body: { name: 'stolen', [column]: before[column] } });
    expect([column, status, body.error.code]).toEqual([column, 400, 'invalid_request']);
  }
  expect((await api.ask(`GET ${path}`)).body).toEqual(before);
});

/** What makes `Object.prototype` another's where objects are merged without care. */
function* pollutions(): Generator<string> {
  const values = [
    'true',
    '{"isAdmin":true}',
    '{"role":"operator"}',
    '{"scopes":["operator"]}',
    'null',
    '[]',
    '"x"',
    '1',
  ];
  const names = ['__proto__', 'constructor', 'prototype', '__defineGetter__', 'toString'];
  const wraps = [
    (member: string) => `{${member}}`,
    (member: string) => `{"name":"x",${member}}`,
    (member: string) => `{"name":"x","limits":{${member}}}`,
    (member: string) => `{"name":"x","constructor":{"prototype":{${member}}}}`,
    (member: string) => `{"name":"x","cache":{"ttlMs":1,${member}}}`,
  ];
  for (const name of names) for (const value of values) for (const wrap of wraps) yield wrap(`"${name}":${value}`);
}

it('200 bodies that would change every object change none, and are refused', async () => {
  const payloads = [...pollutions()];
  expect(payloads.length).toBeGreaterThanOrEqual(200);
  for (const payload of payloads) {
    for (const what of ['POST /keys', `PATCH /keys/${things.keyId}`]) {
      const headers = { 'content-type': 'application/json' };
      const { status } = await api.ask(what, { key: acme.key, body: payload, headers });
      expect([payload, status]).toEqual([payload, 400]);
    }
    const plain: Record<string, unknown> = {};
    expect([plain.isAdmin, plain.role, plain.scopes]).toEqual([undefined, undefined, undefined]);
  }
}, 60_000);

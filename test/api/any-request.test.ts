/** Requests that nobody would write, at every route: each gets an answer of the documented shape, and never a 500. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { access } from '../../src/control/api/access.ts';
import type { JsonSchema } from '../../src/control/api/openapi.ts';
import { type ApiRoute, routeName } from '../../src/control/api/route.ts';
import { apiRoutes } from '../../src/control/api/routes.ts';
import { prepareJobs } from '../../src/control/jobs/queue.ts';
import { silentLog } from '../../src/lib/log.ts';
import { type ApiAnswer, type TestApi, testApi } from './harness.ts';

let api: TestApi;
let acme: { id: string; key: string };

beforeAll(async () => {
  api = await testApi({ requestsPerMinute: 1_000_000 });
  await prepareJobs(api.store, silentLog);
  acme = await api.tenant('acme');
});

afterAll(() => api.close());

const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    ' ',
    '\0',
    "'; DROP TABLE keys; --",
    '%',
    '../..',
    '$1',
    '\u202e',
    '\ud800',
    '9'.repeat(400),
    '1e999',
  ),
  fc.constantFrom('0', '-1', '1', '12.50', '0.0000000001', '999999999999', 'true', 'null', '2030-01-01T00:00:00Z'),
);
const value = fc.oneof(nasty, fc.jsonValue({ maxDepth: 2 }), fc.double(), fc.constantFrom(2 ** 63, -0, 1e21));

/** Members that the schema names, with right and wrong values, and sometimes one more. */
function likely(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.enum !== undefined) return fc.oneof(fc.constantFrom(...schema.enum), value);
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(likely), value);
  if (schema.items !== undefined) return fc.oneof(fc.array(likely(schema.items), { maxLength: 4 }), value);
  const { properties } = schema;
  if (properties !== undefined) {
    const members = Object.fromEntries(Object.entries(properties).map(([name, member]) => [name, likely(member)]));
    const known = fc.record(members, { requiredKeys: [...(schema.required ?? [])] });
    return fc.oneof({ weight: 8, arbitrary: known }, { weight: 1, arbitrary: fc.dictionary(nasty, value) }, value);
  }
  const right: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
    string: fc.oneof(nasty, fc.string({ minLength: 1, maxLength: 20 })),
    integer: fc.integer({
      min: schema.minimum ?? -1,
      max: Math.max(schema.minimum ?? -1, Math.min(schema.maximum ?? 100, 1_000)),
    }),
    number: fc.double({ noNaN: true }),
    boolean: fc.boolean(),
  };
  return fc.oneof(right[String(schema.type)] ?? value, value);
}

const schemaOf = (schema: z.ZodType | undefined): JsonSchema =>
  schema === undefined ? {} : (z.toJSONSchema(schema, { io: 'input', reused: 'inline' }) as JsonSchema);

interface Sent {
  readonly path: string;
  readonly query: string;
  readonly body: unknown;
  readonly key: string | undefined;
  readonly idempotencyKey: string | undefined;
}

function requests(each: ApiRoute): fc.Arbitrary<Sent> {
  const names = [...each.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const part = (name: string) => (name === 'organizationId' ? fc.oneof(fc.constant('own'), nasty) : nasty);
  return fc.record({
    path: fc.tuple(...names.map(part)).map((parts) => {
      let i = 0;
      return each.path.replaceAll(/\{\w+\}/g, () => encoded(String(parts[i++])));
    }),
    query: likely(schemaOf(each.query)).map(toQuery),
    body: each.method === 'GET' ? fc.constant(undefined) : likely(schemaOf(each.body)),
    key: fc.constantFrom(undefined, undefined, 'acme'),
    idempotencyKey: fc.option(fc.constantFrom('a', 'b', 'c', 'a b', ''), { nil: undefined }),
  });
}

/** A lone surrogate has no encoding. */
const encoded = (text: string): string => encodeURIComponent(text.toWellFormed());

/** An object may have a `toString` of its own that is no function. */
const asText = (member: unknown): string => (typeof member === 'string' ? member : (JSON.stringify(member) ?? ''));

function toQuery(members: unknown): string {
  if (typeof members !== 'object' || members === null) return '';
  const pairs = Object.entries(members).map(([name, member]) => `${encoded(name)}=${encoded(asText(member))}`);
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

async function send(each: ApiRoute, { path, query, body, key, idempotencyKey }: Sent): Promise<ApiAnswer> {
  return api.ask(`${each.method} ${path.replace('/own', `/${acme.id}`)}${query}`, {
    ...(key === 'acme' && { key: acme.key }),
    headers: {
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) ?? 'null' }),
  });
}

const closed = apiRoutes.filter((each) => each.receive === undefined && !('auth' in (access[routeName(each)] ?? {})));

describe('any request', () => {
  it.each(closed.map((each) => [routeName(each), each] as const))(
    'at %s is answered, never with a 500',
    async (_, each) => {
      await fc.assert(
        fc.asyncProperty(requests(each), async (sent) => {
          const { status, body, headers } = await send(each, sent);
          expect(status).not.toBe(500);
          if (status < 400) return;
          expect(body.error).toMatchObject({ code: expect.any(String), message: expect.any(String) });
          expect(body.error.remedy.length).toBeGreaterThan(3);
          expect(body.error.requestId).toBe(headers['x-request-id']);
        }),
        { numRuns: 60 },
      );
    },
  );
});

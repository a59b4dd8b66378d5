import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type TestApi, testApi } from '../../../test/api/harness.ts';
import { usd } from './fields.ts';
import { describeApi, type JsonSchema } from './openapi.ts';
import { route } from './route.ts';
import { apiRoutes } from './routes.ts';

let api: TestApi;

beforeAll(async () => {
  api = await testApi();
});

afterAll(() => api.close());

describe('the OpenAPI description', () => {
  it('is served to anybody, and has every route', async () => {
    const { status, body } = await api.ask('GET /openapi.json', { key: '' });
    expect([status, body.openapi]).toEqual([200, '3.1.1']);
    const told = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.keys(methods as object).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(told.toSorted()).toEqual(apiRoutes.map(({ method, path }) => `${method} ${path}`).toSorted());
  });

  it('refers to nothing that is not there, and calls no two operations the same', () => {
    const described = describeApi(apiRoutes);
    const references = [...JSON.stringify(described).matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)];
    const components: Readonly<Record<string, object>> = { ...described.components };
    expect(references.length).toBeGreaterThan(20);
    expect(references.filter(([, kind = '', name = '']) => !(name in (components[kind] ?? {})))).toEqual([]);
    expect(JSON.stringify(described)).not.toContain('$defs');
    const operations = Object.values(described.paths).flatMap((methods) => Object.values(methods));
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(apiRoutes.length);
  });

  it('names each parameter of a path', () => {
    const { paths } = describeApi(apiRoutes);
    for (const { method, path } of apiRoutes) {
      const declared = paths[path]?.[method.toLowerCase()]?.parameters?.filter(({ in: where }) => where === 'path');
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(declared?.map(({ name }) => name)).toEqual(inPath);
    }
  });

  it('says what travels: amounts are text, numbers of a query are numbers', () => {
    const query = apiRoutes.find(({ path }) => path === '/keys');
    const answer = z.object({ amountUsd: usd });
    const spend = route({ ...named, answer, handle: async () => ({ amountUsd: 12_500_000_000n }) });
    const { paths, components } = describeApi(query === undefined ? [spend] : [query, spend]);
    const parameters = paths['/keys']?.get?.parameters;
    expect(parameters?.find(({ name }) => name === 'limit')?.schema).toEqual({
      type: 'integer',
      minimum: 1,
      maximum: 200,
    });
    expect(parameters?.find(({ name }) => name === 'includeRevoked')?.schema).toEqual({ type: 'boolean' });
    expect(components.schemas.Usd).toMatchObject({ type: 'string' });
    expect(z.encode(answer, { amountUsd: 12_500_000_000n })).toEqual({ amountUsd: '12.50' });
  });

  it('refuses two types of one name', () => {
    const one = route({ ...named, answer: z.object({}).meta({ id: 'Twin' }), handle: async () => ({}) });
    const two = route({
      ...named,
      answer: z.object({ a: z.string() }).meta({ id: 'Twin' }),
      handle: async () => ({ a: '' }),
    });
    expect(() => describeApi([one, two])).toThrow('Twin');
  });

  it('closes every body: a field that is not known is refused', () => {
    const bodies = apiRoutes.flatMap(({ body }) => (body === undefined ? [] : [z.toJSONSchema(body, { io: 'input' })]));
    const shapes = (bodies as JsonSchema[]).flatMap((body) => body.anyOf ?? body.oneOf ?? [body]);
    expect(shapes.length).toBeGreaterThan(3);
    expect(shapes.filter(({ additionalProperties }) => additionalProperties !== false)).toEqual([]);
  });
});

const named = { method: 'GET', path: '/stand-in', tag: 'x', summary: 'x' } as const;

describe('the reference page', () => {
  it('is served to anybody, with a policy that lets nothing else in and no script run', async () => {
    const { status, headers, text } = await api.ask('GET /docs', { key: '' });
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'self';/);
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(text).not.toMatch(/<script|style="|(src|href)="(\w+:)?\/\//);
    for (const { path } of apiRoutes) expect(text).toContain(`/api/v1${path}`);
    expect((await api.ask('GET /docs/style.css', { key: '' })).headers['content-type']).toBe('text/css; charset=utf-8');
  });
});

/** Each call that the gateway answers leaves exactly one usage row, or stands in the one table of free ones. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { servedCalls } from '../../src/gateway/edge/served-calls.ts';
import { freeCalls } from '../../src/gateway/free-calls.ts';
import { operations } from '../../src/operations/all.ts';
import { openaiCompatible } from '../../src/providers/openai-compatible.ts';
import { provider } from '../../src/providers/provider.ts';
import { type OperationsRig, startOperationsRig } from './operations-rig.ts';

let rig: OperationsRig;
beforeAll(async () => {
  const vendor = provider({
    ...openaiCompatible,
    serves: { ...openaiCompatible.serves, 'anthropic-batches': { path: '/messages/batches' } },
  });
  rig = await startOperationsRig({
    vendor,
    // Whatever is asked for is there, and is ours.
    resources: {
      find: async (kind, id, organizationId) => ({
        ...{ kind, id, organizationId, credential: 'up', keyId: 'key_ours', createdAtMs: 1, models: ['m'] },
      }),
      list: async () => [],
      batchesSince: async () => [],
    },
  });
});
beforeEach(() => rig.forget());
afterAll(() => rig.close());

const form = '--b\r\nContent-Disposition: form-data; name="model"\r\n\r\nm\r\n--b--\r\n';
const bodies: Readonly<Record<string, unknown>> = {
  '/v1/batches': { input_file_id: 'file-1' },
  '/v1/messages/batches': { requests: [{ custom_id: 'a', params: { model: 'm' } }] },
};

/** As a caller would fill it in. */
const filled = (path: string): string =>
  path.replace(/\{[^}]+\}/g, 'm') + (path.endsWith(':streamGenerateContent') ? '?alt=sse' : '');

function bodyFor(method: string, path: string): { body?: string; type: Record<string, string> } {
  if (method !== 'POST') return { type: {} };
  const isForm = operations.some((each) => each.path === path && each.method === 'POST' && each.body === 'multipart');
  if (isForm) return { body: form, type: { 'content-type': 'multipart/form-data; boundary=b' } };
  return { body: JSON.stringify(bodies[path] ?? { model: 'm' }), type: { 'content-type': 'application/json' } };
}

describe('every call', () => {
  const paid = servedCalls.filter(({ free }) => free === undefined);

  it('is on the list: doors of chats, operations, and those that are free', () => {
    const names = servedCalls.map(({ method, path }) => `${method} ${path}`);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('POST /v1/chat/completions');
    expect(names).toContain('POST /v1/embeddings');
    expect(paid.length).toBeGreaterThan(25);
    for (const why of Object.values(freeCalls)) expect(why.length).toBeGreaterThan(10);
  });

  it.each(paid.map(({ method, path }) => [method, path] as const))(
    '%s %s leaves exactly one row, although its provider refuses',
    async (method, path) => {
      for (let i = 0; i < 4; i++) rig.upstream.once((_call, reply) => reply.json(400, { error: { message: 'no' } }));
      const { body, type } = bodyFor(method, path);
      const got = await rig.send(method as 'GET', filled(path), body, type);
      expect(got.status, got.text).not.toBe(404);
      expect(got.headers['x-request-id']).toMatch(/^req_/);
      const row = await rig.row();
      expect(row.requestId).toBe(got.headers['x-request-id']);
      expect(row.costNanoUsd).toBe('0');
    },
  );

  it.each(servedCalls.filter(({ free }) => free !== undefined).map(({ method, path }) => [method, path] as const))(
    '%s %s is answered and leaves none',
    async (method, path) => {
      const got = await rig.send(method as 'GET', filled(path));
      expect(got.status).not.toBe(405);
      expect(rig.records).toEqual([]);
    },
  );

  it('nothing else is answered', async () => {
    const got = await rig.send('GET', '/v1/nothing');
    expect(got.status).toBe(404);
    for (const { path } of servedCalls) expect(got.text).toContain(path);
  });
});

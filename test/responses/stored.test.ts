/** Answers that the provider keeps: read, deleted and continued where they were made, and by nobody else. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freeCalls } from '../../src/gateway/free-calls.ts';
import type { Rig } from '../cases/rig.ts';
import type { Script } from '../fakes/upstream.ts';
import { ask, call, sse, startResponsesRig } from './corpus.ts';
import { client } from './sdk.ts';

const usage = {
  input_tokens: 5,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 2,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 7,
};
const message = { id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content: [] };
const answer = (id: string, more: object = {}) => ({
  ...{ id, object: 'response', created_at: 1, status: 'completed', model: 'm', output: [message], usage, store: true },
  ...more,
});
const keep =
  (id: string, more: object = {}): Script =>
  (_call, reply) =>
    reply.json(200, answer(id, more));
const otherKey = 'tg-other000000000000000000000000000000000000000';

let rig: Rig;
beforeAll(async () => {
  rig = await startResponsesRig({
    routes: { both: ['re/m', 're/m@second'], chat: ['oa/m'] },
    otherKeys: { [otherKey]: 'org_other' },
  });
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

async function kept(id: string, model = 're/m', more: object = {}): Promise<void> {
  rig.upstream.once(keep(id, more));
  expect((await ask(rig, { model })).status).toBe(200);
  rig.forget();
}

const code = (body: Buffer) => (JSON.parse(body.toString()) as { error: { code: string } }).error.code;

describe('an answer that its provider keeps', () => {
  it('is read and deleted through the official SDK, at the credential that made it', async () => {
    await kept('resp_read');
    rig.upstream.once((_call, reply) => reply.json(200, answer('resp_read')));
    expect((await client(rig).responses.retrieve('resp_read')).id).toBe('resp_read');
    const [asked] = rig.upstream.calls;
    expect([asked?.method, asked?.path, asked?.headers.authorization]).toEqual([
      'GET',
      '/v1/responses/resp_read',
      'Bearer sk-upstream-secret-canary',
    ]);
    rig.upstream.once((_call, reply) => reply.json(200, { id: 'resp_read', object: 'response', deleted: true }));
    await client(rig).responses.delete('resp_read');
    expect(rig.upstream.calls.at(-1)?.method).toBe('DELETE');
    const gone = await call(rig, 'GET', '/v1/responses/resp_read');
    expect([gone.status, code(gone.body)]).toEqual([404, 'answer_not_found']);
  });

  it('tells its items, is cancelled, and takes only the query that it knows', async () => {
    await kept('resp_items');
    rig.upstream.once((_call, reply) => reply.json(200, { object: 'list', data: [] }));
    const items = await call(rig, 'GET', '/v1/responses/resp_items/input_items?limit=5&api_base=http://trap');
    const [asked] = rig.upstream.calls;
    expect([items.status, asked?.path, asked?.query]).toEqual([200, '/v1/responses/resp_items/input_items', 'limit=5']);
    rig.upstream.once((_call, reply) => reply.json(200, answer('resp_items', { status: 'cancelled' })));
    expect((await call(rig, 'POST', '/v1/responses/resp_items/cancel')).status).toBe(200);
    expect(rig.upstream.calls.at(-1)?.path).toBe('/v1/responses/resp_items/cancel');
  });

  it('of a stream is known by the id in its events', async () => {
    const events = [
      { type: 'response.created', sequence_number: 0, response: answer('resp_streamed', { status: 'in_progress' }) },
      { type: 'response.completed', sequence_number: 1, response: answer('resp_streamed') },
    ];
    const body = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
    rig.upstream.once((_call, reply) => reply.send(200, sse, body));
    expect((await ask(rig, { model: 're/m', stream: true })).status).toBe(200);
    rig.upstream.once((_call, reply) => reply.send(200, sse, body));
    const again = await call(rig, 'GET', '/v1/responses/resp_streamed?stream=true&starting_after=0');
    expect(again.body.toString()).toBe(body);
    expect(rig.upstream.calls.at(-1)?.query).toBe('stream=true&starting_after=0');
  });

  it('that breaks off while it is read again ends as a failure', async () => {
    await kept('resp_cut');
    const created = { type: 'response.created', sequence_number: 0, response: answer('resp_cut') };
    rig.upstream.once((_call, reply) =>
      reply.send(200, sse, `event: response.created\ndata: ${JSON.stringify(created)}\n\n`),
    );
    const again = await call(rig, 'GET', '/v1/responses/resp_cut?stream=true');
    expect(again.body.toString()).toContain('event: error\n');
    expect(again.body.toString()).toMatch(/"type":"response.failed","sequence_number":2,/);
  });

  it('is nobody else’s', async () => {
    await kept('resp_mine');
    const as = { authorization: `Bearer ${otherKey}` };
    for (const method of ['GET', 'DELETE'] as const) {
      const answered = await call(rig, method, '/v1/responses/resp_mine', undefined, as);
      expect([answered.status, code(answered.body)]).toEqual([404, 'answer_not_found']);
    }
    const named = await call(rig, 'GET', '/v1/responses/resp_mine', undefined, { ...as, 'x-tollgate-model': 're/m' });
    expect(named.status).toBe(404);
    const next = await ask(rig, { model: 're/m', previous_response_id: 'resp_mine' }, as);
    expect(next.status).toBe(404);
    expect(JSON.parse(next.body.toString())).toMatchObject({ error: { param: 'previous_response_id' } });
    expect(rig.upstream.calls).toEqual([]);
  });

  it('needs a key', async () => {
    expect((await call(rig, 'GET', '/v1/responses/resp_mine', undefined, { authorization: '' })).status).toBe(401);
  });

  it('that this instance does not know is found where the caller says', async () => {
    expect((await call(rig, 'GET', '/v1/responses/resp_elsewhere')).status).toBe(404);
    rig.upstream.once((_call, reply) => reply.json(200, answer('resp_elsewhere')));
    const found = await call(rig, 'GET', '/v1/responses/resp_elsewhere', undefined, { 'x-tollgate-model': 're/m' });
    expect(found.status).toBe(200);
    const stateless = await call(rig, 'GET', '/v1/responses/resp_elsewhere', undefined, { 'x-tollgate-model': 'oa/m' });
    expect(stateless.status).toBe(400);
  });

  it('is not looked for after a request that said store: false', async () => {
    rig.upstream.once(keep('resp_unkept', { store: undefined }));
    await ask(rig, { model: 're/m', store: false });
    expect((await call(rig, 'GET', '/v1/responses/resp_unkept')).status).toBe(404);
  });

  it('a provider’s own 404 is told as one, without its words about a model', async () => {
    await kept('resp_lost');
    rig.upstream.once((_call, reply) =>
      reply.json(404, { error: { message: "Response with id 'resp_lost' not found.", type: 'invalid_request_error' } }),
    );
    const answered = await call(rig, 'GET', '/v1/responses/resp_lost');
    expect([answered.status, JSON.parse(answered.body.toString()).error.param]).toEqual([404, null]);
  });

  it('leads to no other path of the provider', async () => {
    for (const path of ['/v1/responses/..%2Ffiles', '/v1/responses/a/b', '/v1/responses/%2e%2e'])
      expect((await call(rig, 'GET', path, undefined, { 'x-tollgate-model': 're/m' })).status).toBe(404);
    expect(rig.upstream.calls).toEqual([]);
  });

  it('costs nothing to read, which one table says', async () => {
    await kept('resp_free');
    rig.upstream.once((_call, reply) => reply.json(200, answer('resp_free')));
    await call(rig, 'GET', '/v1/responses/resp_free');
    expect(rig.records).toEqual([]);
    expect(Object.keys(freeCalls)).toEqual(
      expect.arrayContaining(['GET /v1/responses/{id}', 'DELETE /v1/responses/{id}']),
    );
  });
});

describe('an answer that is made in the background', () => {
  const queued = { status: 'queued', usage: null, output: [], background: true };

  it('is charged once, when it is read whole', async () => {
    rig.upstream.once(keep('resp_late', queued));
    expect((await ask(rig, { model: 're/m', background: true })).status).toBe(200);
    expect(await rig.row()).toMatchObject({ costNanoUsd: '0', usage: { input: 0, output: 0 } });
    rig.forget();
    rig.upstream.once(keep('resp_late', queued));
    await call(rig, 'GET', '/v1/responses/resp_late');
    expect(rig.records).toEqual([]);
    for (let i = 0; i < 2; i++) {
      rig.upstream.once(keep('resp_late'));
      expect((await call(rig, 'GET', '/v1/responses/resp_late')).status).toBe(200);
    }
    // 5 tokens at $1 and 2 at $2 for a million.
    expect(await rig.row()).toMatchObject({
      ...{ status: 'completed', requestedModel: 're/m', servedModel: 're/m', flags: ['background'] },
      ...{ usage: { input: 5, output: 2 }, costNanoUsd: '9000' },
    });
  });

  it('is counted before it is deleted, and not deleted before it is whole', async () => {
    rig.upstream.once(keep('resp_gone', queued));
    await ask(rig, { model: 're/m', background: true });
    rig.forget();
    rig.upstream.once(keep('resp_gone', queued));
    expect((await call(rig, 'DELETE', '/v1/responses/resp_gone')).status).toBe(400);
    rig.upstream.once(keep('resp_gone'));
    rig.upstream.once((_call, reply) => reply.json(200, { id: 'resp_gone', deleted: true }));
    expect((await call(rig, 'DELETE', '/v1/responses/resp_gone')).status).toBe(200);
    expect((await rig.row()).costNanoUsd).toBe('9000');
  });
});

describe('previous_response_id', () => {
  it('goes to the credential that made the answer, whatever the order of the route', async () => {
    await kept('resp_second', 're/m@second');
    rig.upstream.once(keep('resp_third'));
    await ask(rig, { model: 'both', previous_response_id: 'resp_second' });
    expect((await rig.row()).attempts.map(({ credential }) => credential)).toEqual(['second']);
  });

  it('is refused by name where the answer would be translated', async () => {
    for (const field of ['previous_response_id', 'conversation']) {
      const answered = await ask(rig, { model: 'oa/m', [field]: 'x_1' });
      expect(answered.status).toBe(400);
      expect(JSON.parse(answered.body.toString())).toMatchObject({
        error: { param: field, message: expect.stringContaining('Send the whole conversation in input') },
      });
    }
    const background = await ask(rig, { model: 'oa/m', background: true });
    expect(JSON.parse(background.body.toString())).toMatchObject({ error: { param: 'background' } });
    expect(rig.upstream.calls).toEqual([]);
  });
});

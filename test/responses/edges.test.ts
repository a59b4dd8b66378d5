/** What stands around a request of this API: WebSockets, counting tokens, compaction, seals of others, failures. */
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Rig } from '../cases/rig.ts';
import { responsesStreamViolations } from '../validators/responses-stream.ts';
import { ask, call, inPieces, isFailure, named, sse, startResponsesRig, streamOf, streams } from './corpus.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startResponsesRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

const json = (body: Buffer) => JSON.parse(body.toString()) as Record<string, never>;

describe('a WebSocket upgrade', () => {
  it('is answered at once with 426, so that the client comes back with a POST', async () => {
    const { hostname, port } = new URL(rig.url);
    const answered = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => {
        const head = ['GET /v1/responses HTTP/1.1', 'host: gw', 'connection: Upgrade', 'upgrade: websocket'];
        socket.write(
          `${[...head, 'sec-websocket-version: 13', 'sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA=='].join('\r\n')}\r\n\r\n`,
        );
      });
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk.toString();
      });
      socket.on('error', reject).on('close', () => resolve(text));
    });
    expect(answered).toMatch(/^HTTP\/1\.1 426 /);
    expect(answered).toContain('websocket_not_supported');
  });
});

describe('counting tokens', () => {
  it('is the provider’s own where it counts', async () => {
    rig.upstream.once((_call, reply) => reply.json(200, { object: 'response.input_tokens', input_tokens: 51 }));
    const answer = await call(rig, 'POST', '/v1/responses/input_tokens', { model: 're/m', input: 'Hello' });
    expect([answer.status, json(answer.body)]).toEqual([200, { object: 'response.input_tokens', input_tokens: 51 }]);
    expect(rig.upstream.calls[0]?.path).toBe('/v1/responses/input_tokens');
  });

  it('is an estimate, and says so, where nobody counts', async () => {
    const answer = await call(rig, 'POST', '/v1/responses/input_tokens', { model: 'oa/m', input: 'Hello there' });
    expect([answer.status, answer.headers['x-tollgate-estimated']]).toEqual([200, 'true']);
    expect(json(answer.body).input_tokens).toBeGreaterThan(0);
  });
});

describe('a compaction', () => {
  it('passes to a provider that makes one, and is metered', async () => {
    const made = {
      ...{ id: 'cmp_1', object: 'response.compaction', created_at: 1 },
      output: [{ id: 'cmp_i', type: 'compaction', encrypted_content: 'x' }],
      usage: { input_tokens: 100, output_tokens: 20, total_tokens: 120 },
    };
    rig.upstream.once((_call, reply) => reply.json(200, made));
    const answer = await call(rig, 'POST', '/v1/responses/compact', { model: 're/m', input: 'Hello' });
    expect([answer.status, json(answer.body)]).toEqual([200, made]);
    expect(rig.upstream.calls[0]?.path).toBe('/v1/responses/compact');
    expect((await rig.row()).usage).toMatchObject({ input: 100, output: 20 });
  });

  it('is refused where there is none, and so is what one has made', async () => {
    const answer = await call(rig, 'POST', '/v1/responses/compact', { model: 'oa/m', input: 'Hello' });
    expect([answer.status, json(answer.body)]).toMatchObject([400, { error: { param: 'model' } }]);
    for (const item of [
      { type: 'compaction', encrypted_content: 'x' },
      { type: 'item_reference', id: 'msg_1' },
    ]) {
      const input = [item, { role: 'user', content: 'Go on' }];
      const asked = await ask(rig, { model: 'an/m', input });
      expect([asked.status, json(asked.body)]).toMatchObject([400, { error: { param: 'input' } }]);
      expect(asked.body.toString()).toMatch(/input\[0\]: (compaction|item_reference) stands for/);
    }
    expect(rig.upstream.calls).toEqual([]);
  });

  it('passes in the conversation to the provider that made it', async () => {
    const input = [
      { type: 'compaction', encrypted_content: 'x' },
      { role: 'user', content: 'Go on' },
    ];
    rig.upstream.once((_call, reply) =>
      reply.json(200, { id: 'r', object: 'response', status: 'completed', output: [] }),
    );
    await ask(rig, { model: 're/m', input });
    expect(rig.upstream.calls[0]?.json?.input).toEqual(input);
  });
});

describe('reasoning that another provider sealed', () => {
  const nothing = { id: 'r', object: 'response', status: 'completed', output: [] };
  const user = { role: 'user', content: 'What does "tg1." mean?' };
  const said = { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'hi' }] };
  const textsOf = (input: unknown) => JSON.stringify(input).match(/"text":"[^"]*|"content":"[^[][^"]*/g);

  it('is taken out of what passes', async () => {
    rig.upstream.once((_call, reply) => reply.json(200, nothing));
    const foreign = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'tg1.anthropic.sig' };
    await ask(rig, { model: 're/m', input: [{ ...user, content: 'One' }, foreign, said, { ...user, content: 'Two' }] });
    const sent = JSON.stringify(rig.upstream.calls[0]?.json?.input);
    expect(sent).not.toContain('reasoning');
    expect(textsOf(rig.upstream.calls[0]?.json?.input)).toHaveLength(3);
  });

  describe('and reasoning that nobody sealed', () => {
    const unsealed = { type: 'reasoning', id: 'rs_tg_1', summary: [{ type: 'summary_text', text: 'hm' }] };
    const own = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'its own' };
    const input = [user, unsealed, own, said, user];

    it('with nothing else lost, and its caller is told', async () => {
      rig.upstream.once((_call, reply) => reply.json(200, nothing));
      const answer = await ask(rig, { model: 're/m', input });
      expect(answer.headers['x-tollgate-dropped']).toBe('thinking');
      const text = { role: 'user', content: [{ type: 'input_text', text: user.content }] };
      expect(rig.upstream.calls[0]?.json?.input).toMatchObject([text, own, said, text]);
    });

    it.each(['re/m', 'oa/m', 'an/m', 'ge/m', 'be/m'])('told, and refused in strict mode, over %s', async (model) => {
      expect((await ask(rig, { model, input })).headers['x-tollgate-dropped']).toContain('thinking');
      rig.forget();
      const strict = await ask(
        rig,
        { model, input: [user, unsealed, said, user] },
        { 'x-tollgate-fidelity': 'strict' },
      );
      expect(strict.status).toBe(400);
      expect(strict.body.toString()).toContain('translation_lossy');
      expect(rig.upstream.calls).toEqual([]);
    });
  });
});

describe.runIf(streams.length > 0)('a stream that is cut', () => {
  const whole = streams.filter((kept) => !isFailure(kept) && streamOf(kept).length < 40_000);

  it.each(whole.map(named))('%s: ends in the failure form at every place, numbers in order', async (_name, kept) => {
    const body = streamOf(kept);
    const last = body.lastIndexOf('event: response.completed');
    const first = body.indexOf('.delta');
    const end = body.lastIndexOf('\n\n', last - 1);
    for (let at = first + 400; at < end; at += Math.ceil((end - first) / 12)) {
      rig.forget();
      rig.upstream.once((_call, reply) => inPieces(reply, [body.subarray(0, at)]));
      const answer = await ask(rig, { model: 're/m', stream: true });
      const text = answer.body.toString();
      if (answer.status !== 200) continue;
      expect(text).toMatch(/event: error\ndata: .*\n\nevent: response\.failed\ndata: .*\n\n$/);
      expect(text).not.toContain('"type":"response.completed"');
      const numbers = [...text.matchAll(/^data: .*?"sequence_number":\s?(\d+)/gm)].map(([, number]) => Number(number));
      const from = numbers[0] ?? 0;
      expect(numbers).toEqual(numbers.map((_, i) => from + i));
      expect((await rig.row()).status).toBe('failed');
    }
  });

  it('in translation too, as a strict reader takes it', async () => {
    const chunk = (delta: object) =>
      `data: ${JSON.stringify({ id: 'c', model: 'm', choices: [{ index: 0, delta }] })}\n\n`;
    rig.upstream.once((_call, reply) =>
      reply.send(200, sse, chunk({ role: 'assistant', content: 'Hel' }) + chunk({ content: 'lo' })),
    );
    const answer = await ask(rig, { model: 'oa/m', stream: true });
    expect(answer.status).toBe(200);
    expect(responsesStreamViolations(answer.body.toString())).toEqual([]);
    expect(answer.body.toString()).toContain('event: response.failed');
  });
});

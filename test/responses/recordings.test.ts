/**
 * Every recording of the Responses API: relayed byte for byte, and translated for callers of two other APIs, who read it
 * through their official SDKs as a right reader would.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Usage } from '../../src/llm/usage.ts';
import type { Rig } from '../cases/rig.ts';
import { type Recording, recording } from '../fakes/recording.ts';
import { readBySdk, type SdkReading } from '../recorded/sdk-readers.ts';
import {
  ask,
  call,
  errors,
  inPieces,
  isFailure,
  named,
  sse,
  startResponsesRig,
  streamOf,
  streams,
  wholes,
  withoutMark,
} from './corpus.ts';
import { answerLosses } from './exceptions.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startResponsesRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

const whole = streams.filter((kept) => !isFailure(kept));
/** What is still being made in the background can only be given to callers who know that. */
const translatable = [...whole, ...wholes].filter((kept) => kept.expect?.status !== 'queued');

interface Expected {
  readonly text: string;
  readonly reasoning: string;
  readonly refusal: string | null;
  readonly tool_calls: readonly { readonly name: string; readonly id: string; readonly arguments: unknown }[];
  readonly server_items: readonly string[];
  readonly usage: Readonly<Record<string, number>> | null;
  readonly delta_text_equals_final?: boolean;
}

const serve = (kept: Recording) => rig.upstream.once((_call, reply) => reply.send(200, sse, streamOf(kept)));

describe.runIf(streams.length > 0)('relayed', () => {
  it.each(wholes.map(named))('%s: an answer passes byte for byte', async (_name, kept) => {
    rig.upstream.once(recording(kept.id));
    const answer = await ask(rig, { ...kept.request, model: 're/m' });
    expect(answer.status).toBe(200);
    expect(answer.body.equals(kept.response)).toBe(true);
    const { usage } = kept.expect as unknown as Expected;
    if (usage !== null) expectCounts((await rig.row()).usage, usage);
  });

  it.each(whole.map(named))('%s: a stream passes byte for byte', async (_name, kept) => {
    serve(kept);
    const answer = await ask(rig, { ...kept.request, model: 're/m', stream: true });
    expect(answer.status).toBe(200);
    expect(answer.body.toString()).toBe(withoutMark(streamOf(kept)).toString());
    const row = await rig.row();
    expect([row.status, row.flags]).toEqual(['completed', []]);
    expectCounts(row.usage, (kept.expect as unknown as Expected).usage ?? {});
  });

  it.each(streams.filter(isFailure).map(named))('%s: a failure before content is a status', async (_name, kept) => {
    serve(kept);
    const answer = await ask(rig, { model: 're/m', stream: true });
    expect(answer.status).toBe(502);
    expect(JSON.parse(answer.body.toString())).toMatchObject({ error: { type: 'server_error' } });
    expect((await rig.row()).status).toBe('failed');
  });

  /** A credential that was refused is the operator's affair, and a prompt that is too long the caller's. */
  it.each(errors.map(named))('%s: an error arrives as our contract has it', async (_name, kept) => {
    for (const path of ['/v1/responses', '/v1/messages']) {
      rig.forget();
      rig.upstream.once(recording(kept.id));
      const asked =
        path === '/v1/responses' ? { input: 'Hi' } : { max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] };
      const answer = await call(rig, 'POST', path, { model: 're/m', ...asked });
      const { message } = (JSON.parse(answer.body.toString()) as { error: { message: string } }).error;
      const isAccount = kept.response.includes('insufficient_quota') || kept.response.includes('Incorrect API key');
      expect([answer.status, message.includes('credential')]).toEqual([isAccount ? 502 : 400, isAccount]);
      expect((await rig.row()).status).toBe('failed');
    }
  });

  it('a byte at a time is the same', async () => {
    const [kept] = whole.toSorted((a, b) => streamOf(a).length - streamOf(b).length);
    if (kept === undefined) throw new Error('no stream');
    const body = streamOf(kept);
    rig.upstream.once((_call, reply) =>
      inPieces(
        reply,
        [...body].map((byte) => Buffer.from([byte])),
      ),
    );
    const answer = await ask(rig, { model: 're/m', stream: true });
    expect(answer.body.toString()).toBe(withoutMark(body).toString());
  });
});

function expectCounts(usage: Partial<Usage>, expected: Readonly<Record<string, number>>): void {
  const { input = 0, cacheRead = 0, cacheWrite5m = 0, output, thinking } = usage;
  expect([input + cacheRead + cacheWrite5m, cacheRead, output, thinking]).toEqual(
    ['input', 'cached', 'output', 'reasoning'].map((name) => expected[name]),
  );
}

/** Of tools that a provider runs itself another API can show nothing. */
function expectReading(reading: SdkReading, kept: Recording): void {
  const expected = kept.expect as unknown as Expected;
  const text = expected.text + (reading.refusal === undefined ? (expected.refusal ?? '') : '');
  if (expected.delta_text_equals_final !== false) expect(reading.text).toBe(text);
  expect(reading.reasoning).toBe(expected.reasoning);
  expect(reading.calls).toEqual(
    expected.tool_calls.map(({ id, name, arguments: args }) => ({
      id: /^[\w-]+$/.test(id) ? id : expect.any(String),
      name,
      args,
    })),
  );
  const { usage } = reading;
  if (expected.usage === null) return;
  const cached = expected.usage.cached ?? 0;
  if (usage?.prompt !== undefined)
    expect(usage).toMatchObject({ prompt: expected.usage.input, completion: expected.usage.output, cacheRead: cached });
  else expect((usage?.input ?? 0) + (usage?.cacheRead ?? 0) + (usage?.cacheWrite ?? 0)).toBe(expected.usage.input);
}

describe.runIf(streams.length > 0).each(['openai-chat', 'anthropic'] as const)(
  'translated for a caller of %s',
  (wire) => {
    it.each(translatable.map(named))('%s', async (_name, kept) => {
      for (const stream of [false, true]) {
        rig.forget();
        rig.upstream.once((_call, reply) =>
          kept.kind === 'json' ? reply.send(200, {}, kept.response) : reply.send(200, sse, streamOf(kept)),
        );
        expectReading(await readBySdk(rig, wire, 're/m', stream), kept);
        const row = await rig.row();
        expect([row.status, row.dropped]).toEqual(['completed', answerLosses[named(kept)[0]]?.[wire] ?? []]);
      }
    });
  },
);

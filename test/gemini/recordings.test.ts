/**
 * Every recording of generateContent through the real gateway: relayed byte for byte to a caller of the same dialect,
 * and translated for callers of chat and of Messages, who read it through their own official SDKs.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SettlementRecord } from '../../src/journal/record.ts';
import { type Rig, startRig } from '../cases/rig.ts';
import { listRecordings, type Recording, recording, recordingsExist } from '../fakes/recording.ts';
import { readBySdk as readByOthers } from '../recorded/sdk-readers.ts';
import { chatBodyViolations } from '../recorded/strict-chat.ts';
import { messagesBodyViolations } from '../recorded/strict-messages.ts';
import {
  ask,
  askAt,
  bodies,
  errors,
  finishFor,
  geminiPath,
  named,
  plain,
  shortName,
  streams,
  truthOf,
  wholes,
} from './corpus.ts';
import { answerLosses, requestLosses, requestRefusals, tierFlags } from './exceptions.ts';
import { readBySdk } from './sdk.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

function expectRow(row: SettlementRecord, kept: Recording): void {
  const { counts } = truthOf(kept);
  expect(row.status).toBe('completed');
  if (counts === undefined) return expect(row.estimated).toBe(true);
  const { input, output, cacheRead, thinking } = row.usage;
  expect({ input, output, cacheRead, thinking }).toEqual(counts);
  expect([row.estimated, row.flags]).toEqual([false, tierFlags[shortName(kept)] ?? []]);
}

it.runIf(recordingsExist)('there are recordings of every kind', () => {
  expect([streams.length, wholes.length, errors.length]).toEqual([13, 14, 3]);
});

describe.runIf(recordingsExist)('relayed', () => {
  it.each(wholes.map(named))('%s: an answer passes byte for byte', async (_name, kept) => {
    rig.upstream.once(recording(kept.id));
    const answer = await ask(rig, 'ge/m', false, kept.request ?? plain);
    expect(answer.status).toBe(200);
    expect(answer.body.equals(kept.response)).toBe(true);
    expectRow(await rig.row(), kept);
    expect(rig.upstream.calls.map(({ path }) => path)).toEqual(['/v1beta/models/m:generateContent']);
  });

  it.each(streams.map(named))('%s: a stream passes byte for byte', async (_name, kept) => {
    rig.upstream.once(recording(kept.id));
    const answer = await ask(rig, 'ge/m', true, kept.request ?? plain);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(answer.body.equals(kept.response)).toBe(true);
    expectRow(await rig.row(), kept);
    expect(rig.upstream.calls.map(({ path, query }) => [path, query])).toEqual([
      ['/v1beta/models/m:streamGenerateContent', 'alt=sse'],
    ]);
  });

  it.each(bodies.map(({ name, body }) => [name, body] as const))(
    '%s: the body reaches the provider as it was',
    async (_name, body) => {
      const text = JSON.stringify(body);
      await askAt(rig, geminiPath('ge%2Fm', 'generateContent'), text);
      expect(rig.upstream.calls[0]?.body.toString()).toBe(text);
    },
  );

  it.each([...wholes, ...streams].map(named))('%s: the SDK reads it, in either form', async (_name, kept) => {
    for (const stream of [true, false]) {
      rig.forget();
      rig.upstream.once(recording(kept.id));
      const got = await readBySdk(rig, 'ge/m', stream);
      const want = truthOf(kept);
      // Arguments in pieces are the caller's to put together, where they are relayed.
      const inPieces = kept.response.includes('partialArgs') && stream;
      const seen = inPieces ? got.calls.filter(({ name }) => name !== '') : got.calls;
      expect(seen.map(({ name }) => name)).toEqual(want.calls.map(({ name }) => name));
      if (!inPieces) expect(got.calls.map(({ args }) => args ?? {})).toEqual(want.calls.map(({ args }) => args));
      expect([got.text, got.reasoning]).toEqual([want.text, want.reasoning]);
    }
  });
});

describe.runIf(recordingsExist).each(['openai-chat', 'anthropic'] as const)('for a caller of %s', (caller) => {
  it.each([...wholes, ...streams].map(named))('%s: its SDK reads what was said', async (_name, kept) => {
    const want = truthOf(kept);
    for (const stream of [true, false]) {
      rig.forget();
      rig.upstream.once(recording(kept.id));
      const got = await readByOthers(rig, caller, 'ge/m', stream);
      // A blocked prompt has no words but the reason: chat tells it as a refusal, Messages as text.
      if (want.finish !== 'BLOCKED') expect(got.text).toBe(want.text);
      else expect(`${got.text}${got.refusal ?? ''}`).toContain('Prompt Injection');
      expect([got.reasoning, got.finish]).toEqual([want.reasoning, finishFor(caller, want)]);
      expect(got.calls.map(({ name, args }) => ({ name, args }))).toEqual(want.calls);
      expect(new Set(got.calls.map(({ id }) => id)).size).toBe(want.calls.length);
      const row = await rig.row();
      expectRow(row, kept);
      const losses = answerLosses[shortName(kept)]?.[caller === 'anthropic' ? 'messages' : 'chat'];
      expect(row.dropped).toEqual(losses ?? []);
      expectUsage(got.usage, want.counts, caller);
    }
  });
});

function expectUsage(
  usage: Readonly<Record<string, number>> | undefined,
  counts: ReturnType<typeof truthOf>['counts'],
  caller: 'openai-chat' | 'anthropic',
): void {
  if (counts === undefined) return;
  const { input, cacheRead, output } = counts;
  const prompt = input + cacheRead;
  if (caller === 'anthropic') expect(usage).toMatchObject({ input, cacheRead, output });
  else expect(usage).toMatchObject({ prompt, cacheRead, completion: output, total: prompt + output });
}

describe.runIf(recordingsExist).each(['chat', 'messages'] as const)('a body for a model of %s', (target) => {
  const [model, violationsOf] =
    target === 'chat' ? (['oa/m', chatBodyViolations] as const) : (['an/m', messagesBodyViolations] as const);

  it.each(bodies.map(({ name, body }) => [name, body] as const))(
    '%s: is taken, or refused by name',
    async (name, body) => {
      const answer = await askAt(rig, geminiPath(model, 'generateContent'), body);
      const refusal = requestRefusals[name];
      if (refusal !== undefined) {
        expect([answer.status, rig.upstream.calls]).toEqual([400, []]);
        expect(answer.text()).toContain(refusal.param);
        return;
      }
      expect(answer.status).toBe(200);
      expect(violationsOf(rig.upstream.chat.json ?? {})).toEqual([]);
      expect(rig.upstream.violations).toEqual([]);
      expect((await rig.row()).dropped).toEqual(requestLosses[name]?.[target] ?? []);
    },
  );
});

describe.runIf(recordingsExist)('errors', () => {
  const mapped: Readonly<Record<number, { status: number; kind: string }>> = {
    429: { status: 429, kind: 'rate-limited' },
  };
  it.each(errors.map(named))('%s: is told as our contract has it, in every dialect', async (_name, kept) => {
    const isKey = kept.response.includes('API_KEY_INVALID');
    const due = isKey ? { status: 502, kind: 'upstream-credential' } : (mapped[kept.status] ?? tooLong);
    for (const path of [geminiPath('ge/m', 'generateContent'), geminiPath('ge/m', 'streamGenerateContent')]) {
      rig.forget();
      rig.later();
      rig.upstream.once(recording(kept.id));
      const answer = await askAt(rig, path, plain);
      const { error } = answer.json() as { error: Record<string, unknown> };
      expect([answer.status, error.code]).toEqual([due.status, due.status]);
      expect(error.message).toEqual(expect.any(String));
      expect(error.status).toMatch(/^[A-Z_]+$/);
      expect(answer.text()).not.toContain('API key not valid');
      expect(await rig.row()).toMatchObject({ status: 'failed', errorKind: due.kind, costNanoUsd: '0' });
      if (due.kind === 'rate-limited') expect(answer.headers['retry-after']).toBe('48');
    }
  });
  const tooLong = { status: 400, kind: 'too-long' };

  it.each(errors.map(named))('%s: has the words of chat and of Messages for others', async (_name, kept) => {
    const isKey = kept.response.includes('API_KEY_INVALID');
    const [code, type] = isKey
      ? ['upstream_error', 'api_error']
      : kept.status === 429
        ? ['rate_limit_exceeded', 'rate_limit_error']
        : ['context_length_exceeded', 'invalid_request_error'];
    rig.later();
    rig.upstream.once(recording(kept.id));
    const chat = await rig.chat({ model: 'ge/m', messages: [{ role: 'user', content: 'Hello' }] });
    expect(chat.json()).toMatchObject({ error: { code } });
    rig.later();
    rig.upstream.once(recording(kept.id));
    const asked = { model: 'ge/m', max_tokens: 10, messages: [{ role: 'user', content: 'Hello' }] };
    expect((await rig.messages(asked)).json()).toMatchObject({ error: { type } });
  });

  it('the SDK throws its own error, with the status', async () => {
    for (const kept of errors) {
      for (const stream of [true, false]) {
        rig.upstream.once(recording(kept.id));
        await expect(readBySdk(rig, 'ge/m', stream)).rejects.toMatchObject({ name: 'ApiError' });
      }
    }
  });
});

describe.runIf(recordingsExist)('counting tokens', () => {
  it('a body is counted by us where the provider cannot', async () => {
    const [kept] = listRecordings('gemini-countTokens', 'json');
    for (const body of [kept?.request, { generateContentRequest: { model: 'models/x', ...kept?.request } }]) {
      const answer = await askAt(rig, geminiPath('oa/m', 'countTokens'), body);
      expect([answer.status, answer.headers['x-tollgate-estimated']]).toEqual([200, 'true']);
      expect(answer.json().totalTokens).toBeGreaterThan(0);
    }
    expect(rig.upstream.calls).toEqual([]);
  });
});

/**
 * Every recording, served by a provider and asked for by a caller of the same dialect: the bytes as they were, the errors
 * as our contract has them, and the usage row as a right reader would fill it.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Rig, startRig } from '../cases/rig.ts';
import { type Recording, recording, recordingsExist } from '../fakes/recording.ts';
import { errorViolations } from '../validators/error-answer.ts';
import { askBytes } from './ask.ts';
import { corpus, otherWire, prefixes, recordedBody, requestBodies, shortName, type Wire, wireOf } from './corpus.ts';
import { mappedErrors } from './exceptions.ts';
import { framesOf, isUsageOnly, relayedBytes } from './frames.ts';
import { expectRow } from './row.ts';
import { readBySdk } from './sdk-readers.ts';
import { asCompletion, asMessage, truthOf } from './truth.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

const wires: readonly Wire[] = recordingsExist ? ['openai-chat', 'anthropic'] : [];
const named = (kept: Recording) => [shortName(kept), kept] as const;
const modelOf = (kept: Recording) => `${prefixes[wireOf(kept)]}/m`;

function withUsage(body: Record<string, unknown>, asked: boolean): Record<string, unknown> {
  const { stream_options: _, ...rest } = body;
  return { ...rest, ...(asked && { stream_options: { include_usage: true } }) };
}

describe.skipIf(!recordingsExist).each(wires)('%s, relayed', (wire) => {
  it.each(corpus(wire, 'json').map(named))('%s: an answer passes byte for byte', async (_name, kept) => {
    rig.upstream.once(recording(kept.id));
    const answer = await askBytes(rig, wire, recordedBody(kept, modelOf(kept), false));
    expect(answer.status).toBe(200);
    expect(answer.body.equals(kept.response)).toBe(true);
    expectRow(await rig.row(), kept);
    expect(rig.upstream.calls).toHaveLength(1);
  });

  it.each(corpus(wire, 'stream').map(named))('%s: a stream passes byte for byte', async (_name, kept) => {
    const body = recordedBody(kept, modelOf(kept), true);
    rig.upstream.once(recording(kept.id));
    const answer = await askBytes(rig, wire, wire === 'openai-chat' ? withUsage(body, true) : body);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(answer.body.toString()).toBe(relayedBytes(kept.response, true).toString());
    expectRow(await rig.row(), kept);
  });

  it.each(corpus(wire, 'error').map(named))('%s: an error arrives as our contract has it', async (name, kept) => {
    const mapped = mappedErrors[name];
    if (mapped === undefined) throw new Error(`${name} is not in the table of errors`);
    for (const caller of [wire, otherWire[wire]]) {
      rig.forget();
      rig.upstream.once(recording(kept.id));
      const { body, ...answer } = await askBytes(rig, caller, { ...plain, model: modelOf(kept) });
      const [type, code] = mapped.chat;
      const shape = caller === 'openai-chat' ? { type, ...(code !== null && { code }) } : { type: mapped.messages };
      const rules = { dialect: caller, status: mapped.status, ...shape };
      expect(errorViolations({ ...answer, body: body.toString() }, rules)).toEqual([]);
      const row = await rig.row();
      expect(row).toMatchObject({
        status: 'failed',
        errorKind: mapped.kind,
        httpStatus: mapped.status,
        costNanoUsd: '0',
      });
      expect(row.attempts).toMatchObject([{ status: kept.status, error: mapped.kind }]);
    }
  });

  it.each(requestBodies(wire).map(named))('%s: the body reaches the provider as it was', async (_name, kept) => {
    const { model: _, ...body } = recordedBody(kept, '', false);
    const answer = await askBytes(rig, wire, { ...body, model: `${prefixes[wire]}/m` });
    expect([answer.status, rig.upstream.chat.json]).toEqual([200, { ...body, model: 'm' }]);
  });

  it.each(crossed(wire).map(named))(
    '%s: read in the form that was asked, though it came in the other',
    async (_name, kept) => {
      rig.upstream.once(recording(kept.id));
      const got = await readBySdk(rig, wire, modelOf(kept), kept.kind === 'json');
      const want = wire === 'anthropic' ? asMessage : asCompletion;
      const { usage, calls, ...same } = want(truthOf(kept), modelOf(kept));
      expect(got).toMatchObject(usage === undefined ? same : { ...same, usage });
      expect(got.calls.map(({ name, args }) => [name, args])).toEqual(calls.map(({ name, args }) => [name, args]));
      expect(got.citations + got.sources).toBeGreaterThanOrEqual(truthOf(kept).citations);
      expectRow(await rig.row(), kept);
    },
  );
});

const plain = { max_tokens: 100, messages: [{ role: 'user', content: 'Hello' }] };

function crossed(wire: Wire): readonly Recording[] {
  return [...corpus(wire, 'stream'), ...corpus(wire, 'json')].filter((kept) => truthOf(kept).error === undefined);
}

describe.skipIf(!recordingsExist)('a caller that did not ask for usage', () => {
  it.each(corpus('openai-chat', 'stream').map(named))(
    '%s: gets the same bytes without that frame',
    async (_name, kept) => {
      rig.upstream.once(recording(kept.id));
      const answer = await askBytes(rig, 'openai-chat', withUsage(recordedBody(kept, 'oa/m', true), false));
      expect(answer.body.toString()).toBe(relayedBytes(kept.response, false).toString());
      expect(rig.upstream.chat.json).toMatchObject({ stream_options: { include_usage: true } });
      expectRow(await rig.row(), kept);
    },
  );

  it('there are recordings with such a frame, and without', () => {
    const has = corpus('openai-chat', 'stream').map((kept) => framesOf(kept.response).some(isUsageOnly));
    expect(new Set(has)).toEqual(new Set([true, false]));
  });
});

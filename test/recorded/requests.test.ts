/**
 * Bodies that real clients sent, addressed to a model of the other dialect: what reaches the provider is a body that its
 * API takes, or the caller is told which field cannot be expressed. Counting tokens, too.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { anthropic } from '../../src/providers/anthropic.ts';
import { type Rig, startRig } from '../cases/rig.ts';
import { listRecordings, type Recording, recording, recordingsExist } from '../fakes/recording.ts';
import { errorViolations } from '../validators/error-answer.ts';
import { askBytes } from './ask.ts';
import { clientBodies, otherWire, prefixes, recordedBody, requestBodies, shortName, type Wire } from './corpus.ts';
import { requestLosses, requestRefusals } from './exceptions.ts';
import { chatBodyViolations } from './strict-chat.ts';
import { messagesBodyViolations } from './strict-messages.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ providers: { an: anthropic } });
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

const wires: readonly Wire[] = recordingsExist ? ['openai-chat', 'anthropic'] : [];
const named = (kept: Recording) => [shortName(kept), kept] as const;
const isRefused = (kept: Recording) => requestRefusals[shortName(kept)] !== undefined;
const bodyViolations = { 'openai-chat': chatBodyViolations, anthropic: messagesBodyViolations };

describe.skipIf(!recordingsExist).each(wires)('a body of %s for a model of the other dialect', (wire) => {
  const model = `${prefixes[otherWire[wire]]}/m`;
  const taken = requestBodies(wire).filter((kept) => !isRefused(kept));
  const refused = requestBodies(wire).filter(isRefused);

  it.each(taken.map(named))('%s: is one that the API takes', async (name, kept) => {
    for (const stream of [false, true]) {
      rig.forget();
      const answer = await askBytes(rig, wire, recordedBody(kept, model, stream));
      expect(answer.status).toBe(200);
      expect(bodyViolations[otherWire[wire]](rig.upstream.chat.json ?? {})).toEqual([]);
      expect(rig.upstream.violations).toEqual([]);
      const dropped = requestLosses[name]?.dropped ?? [];
      expect(answer.headers['x-tollgate-dropped']).toBe(dropped.length === 0 ? undefined : dropped.join(', '));
    }
  });

  it.each(refused.map(named))('%s: is refused, and says why', async (name, kept) => {
    const { body, ...answer } = await askBytes(rig, wire, recordedBody(kept, model, false));
    const param = requestRefusals[name]?.param ?? '';
    const rules = {
      dialect: wire,
      status: 400,
      type: 'invalid_request_error',
      ...(wire === 'openai-chat' && { param }),
    };
    expect(errorViolations({ ...answer, body: body.toString() }, rules)).toEqual([]);
    expect(body.toString()).toContain(param);
    expect(rig.upstream.calls).toEqual([]);
  });
});

const countPath = '/v1/messages/count_tokens';

describe.skipIf(!recordingsExist)('counting tokens', () => {
  it.each(listRecordings('anthropic-count-tokens').map(named))('%s: the provider is asked', async (_name, kept) => {
    rig.upstream.once(recording(kept.id));
    const answer = await askBytes(rig, 'anthropic', { ...kept.request, model: 'an/m' }, countPath);
    expect(JSON.parse(answer.body.toString())).toEqual(JSON.parse(kept.response.toString()));
    expect(answer.headers['x-tollgate-estimated']).toBeUndefined();
    expect(rig.upstream.calls[0]?.json).toEqual({ ...kept.request, model: 'm' });
  });

  const bodies = [...listRecordings('anthropic-count-tokens'), ...clientBodies(countPath)];
  it.each(bodies.map(named))('%s: a provider that cannot count is not asked', async (_name, kept) => {
    const answer = await askBytes(rig, 'anthropic', { ...kept.request, model: 'oa/m' }, countPath);
    const { input_tokens: count } = JSON.parse(answer.body.toString()) as { input_tokens: number };
    expect([answer.status, answer.headers['x-tollgate-estimated']]).toEqual([200, 'true']);
    expect(count).toBeGreaterThan(0);
    expect(rig.upstream.calls).toEqual([]);
  });
});

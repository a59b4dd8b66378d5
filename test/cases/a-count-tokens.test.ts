/** Case 5: counting tokens is a door of its own, and a caller's end there is an end as well. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { anthropic } from '../../src/providers/anthropic.ts';
import { RawClient, rawRequestText } from '../harness/raw-client.ts';
import { until } from '../until.ts';
import { errorViolations } from '../validators/error-answer.ts';
import { type Rig, rigKey, startRig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  // A vendor whose own path for it is known; a merely compatible address is not asked.
  rig = await startRig({ providers: { an: anthropic } });
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

const path = '/v1/messages/count_tokens';
const bodyOf = (model: string) =>
  JSON.stringify({ model, messages: [{ role: 'user', content: 'How many are these?' }] });

describe('counting tokens', () => {
  it('asks a provider that counts, and costs nothing', async () => {
    rig.upstream.once((_call, reply) => reply.json(200, { input_tokens: 41 }));
    const answer = await rig.post(path, bodyOf('an/m'));
    expect([answer.status, answer.json()]).toEqual([200, { input_tokens: 41 }]);
    expect(rig.upstream.calls[0]).toMatchObject({ path, operation: 'count-tokens', model: 'm' });
    expect(await rig.row()).toMatchObject({ operation: 'count-tokens', status: 'completed', costNanoUsd: '0' });
  });

  it.each(['oa/m', 'an/m'])('says so when the count is an estimate: %s', async (model) => {
    rig.upstream.once((_call, reply) =>
      reply.json(500, { type: 'error', error: { type: 'api_error', message: 'no' } }),
    );
    const answer = await rig.post(path, bodyOf(model));
    expect([answer.status, answer.headers['x-tollgate-estimated']]).toEqual([200, 'true']);
    expect((answer.json() as { input_tokens: number }).input_tokens).toBeGreaterThan(3);
    expect(await rig.row()).toMatchObject({ status: 'completed', costNanoUsd: '0' });
  });

  it('is refused without a key, and for a body that is none', async () => {
    const refused = await rig.post(path, bodyOf('an/m'), { authorization: '' });
    expect(errorViolations(refused, { dialect: 'anthropic', status: 401 })).toEqual([]);
    const empty = await rig.post(path, '{}');
    expect(errorViolations(empty, { dialect: 'anthropic', status: 400 })).toEqual([]);
    expect(rig.upstream.calls).toEqual([]);
  });

  it('ends at the provider within a second of its caller’s end', async () => {
    rig.upstream.once((_call, reply) => reply.hang());
    const client = await RawClient.connect(rig.url);
    client.send(rawRequestText(path, { authorization: `Bearer ${rigKey}` }, bodyOf('an/m')));
    await rig.upstream.waitForCalls(1);
    client.abort();
    await rig.upstream.waitForClosed(1000);
    expect(await rig.row()).toMatchObject({ operation: 'count-tokens', status: 'cancelled', costNanoUsd: '0' });
    await until('nothing in flight', () => rig.gateway.inFlight === 0);
    expect(rig.logged.filter((line) => line.startsWith('warn'))).toEqual([]);
  });
});

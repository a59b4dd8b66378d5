/** Cases 70, 71, 75 and 77: token limits, stop sequences, sampling, and who asks. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Say } from '../fakes/answer.ts';
import { chatJson, chatStream } from '../fakes/chat-wire.ts';
import { messagesJson, messagesStream } from '../fakes/messages-wire.ts';
import { sseHeaders } from '../fakes/reply.ts';
import { asObject } from '../validators/sse-events.ts';
import { asked, refused } from './asked.ts';
import { type Rig, startRig } from './rig.ts';
import { ask, askStream, type DoorName, readStream, roads, violations } from './stream-reader.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({
    models: {
      claude: { outputTokensMax: 64_000 },
      gpt5: { outputTokensMax: 128_000, fixedSampling: true, thinking: 'effort' },
      newest: { fixedSampling: true, thinking: 'adaptive' },
      'no-limit-known': { outputTokensMax: undefined as unknown as number },
    },
  });
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

describe('case 70: token limits', () => {
  const bad = [-1, 100.5, 1e12, '100', Number.MAX_SAFE_INTEGER, true, [1], {}];
  const fields = (door: DoorName) => (door === 'chat' ? ['max_tokens', 'max_completion_tokens'] : ['max_tokens']);

  it.each(roads)('%s over %s: what is no limit is refused before anybody is asked', async (door, upstream) => {
    for (const field of fields(door)) {
      for (const value of bad) {
        await refused(rig, door, `${upstream}/m`, { [field]: value }, { says: new RegExp(field) });
        rig.forget();
      }
    }
  });

  it('0 is refused too, except where it means something: a Messages call that only fills the cache', async () => {
    for (const [door, model] of [
      ['chat', 'oa/m'],
      ['chat', 'an/m'],
      ['messages', 'oa/m'],
    ] as const) {
      await refused(rig, door, model, { max_tokens: 0 }, { says: /max_tokens/ });
      rig.forget();
    }
    const { up } = await asked(rig, 'messages', 'an/m', { max_tokens: 0 });
    expect(up.max_tokens).toBe(0);
  });

  it('a bad one does not hide behind a good one', async () => {
    const rest = { max_tokens: 1e12, max_completion_tokens: 5 };
    await refused(rig, 'chat', 'an/m', rest, { param: 'max_tokens' });
  });

  it('of both names the newer counts over anthropic; openai-chat gets what was written', async () => {
    const rest = { max_tokens: 5, max_completion_tokens: 7 };
    expect((await asked(rig, 'chat', 'an/claude', rest)).up.max_tokens).toBe(7);
    rig.forget();
    expect((await asked(rig, 'chat', 'oa/m', rest)).up).toMatchObject(rest);
  });

  it('none at all is all that the model has, never a small default', async () => {
    expect((await asked(rig, 'chat', 'an/claude')).up.max_tokens).toBe(64_000);
    rig.forget();
    expect((await asked(rig, 'chat', 'an/no-limit-known')).up.max_tokens).toBe(32_000);
    rig.forget();
    const { up } = await asked(rig, 'chat', 'oa/gpt5');
    expect([up.max_tokens, up.max_completion_tokens]).toEqual([undefined, undefined]);
  });

  it('more than the model has is all it has', async () => {
    const { up, dropped } = await asked(rig, 'chat', 'an/claude', { max_tokens: 100_000 });
    expect([up.max_tokens, dropped]).toEqual([64_000, ['max_tokens']]);
    rig.forget();
    expect((await asked(rig, 'messages', 'oa/gpt5', { max_tokens: 500_000 })).up.max_completion_tokens).toBe(128_000);
  });

  it('has the name that the model takes', async () => {
    const classic = await asked(rig, 'messages', 'oa/m', { max_tokens: 7 });
    expect([classic.up.max_tokens, classic.up.max_completion_tokens]).toEqual([7, undefined]);
    rig.forget();
    const reasoning = await asked(rig, 'messages', 'oa/gpt5', { max_tokens: 7 });
    expect([reasoning.up.max_tokens, reasoning.up.max_completion_tokens]).toEqual([undefined, 7]);
  });
});

/** The next answer of an anthropic provider, whole or streamed as it is asked for. */
function answerWith(say: Say): void {
  rig.upstream.once(async (call, reply) => {
    const isChat = call.dialect === 'openai-chat';
    const json = { 'content-type': 'application/json' };
    if (!call.stream) return reply.send(200, json, isChat ? chatJson(say) : messagesJson(say));
    reply.head(200, sseHeaders);
    await reply.events(isChat ? chatStream(say, { includeUsage: true }) : messagesStream(say));
    reply.end();
  });
}

describe('case 71: stop sequences', () => {
  it.each([
    ['a string', 'END', ['END']],
    ['four', ['a', 'b', 'c', 'd'], ['a', 'b', 'c', 'd']],
    ['five, which anthropic takes', ['a', 'b', 'c', 'd', 'e'], ['a', 'b', 'c', 'd', 'e']],
    ['overlapping', ['END', 'ENDING'], ['END', 'ENDING']],
    ['with spaces around', [' x '], [' x ']],
  ])('%s of a chat caller reach anthropic', async (_name, stop, sent) => {
    const { up, dropped } = await asked(rig, 'chat', 'an/m', { stop });
    expect([up.stop_sequences, up.stop, dropped]).toEqual([sent, undefined, []]);
  });

  it('null and none are no stop sequences', async () => {
    for (const stop of [null, []]) {
      rig.forget();
      expect((await asked(rig, 'chat', 'an/m', { stop })).up.stop_sequences).toBeUndefined();
    }
  });

  it('blank ones are refused where anthropic would refuse them', async () => {
    await refused(rig, 'chat', 'an/m', { stop: [' '] }, { param: 'stop[0]' });
    rig.forget();
    expect((await asked(rig, 'messages', 'oa/m', { stop_sequences: [' '] })).up.stop).toEqual([' ']);
  });

  it('more than four are refused before openai-chat is asked', async () => {
    const four = ['a', 'b', 'c', 'd'];
    expect((await asked(rig, 'messages', 'oa/m', { stop_sequences: four })).up.stop).toEqual(four);
    rig.forget();
    await refused(rig, 'messages', 'oa/m', { stop_sequences: [...four, 'e'] }, { says: /at most 4/ });
  });

  it('are passed as they are in a relay', async () => {
    const stop = ['a', 'b', 'c', 'd', 'e'];
    expect((await asked(rig, 'chat', 'oa/m', { stop })).up.stop).toEqual(stop);
    rig.forget();
    expect((await asked(rig, 'messages', 'an/m', { stop_sequences: stop })).up.stop_sequences).toEqual(stop);
  });

  it('the one that was met is told to a Messages caller, and is a plain stop for a chat caller', async () => {
    const say: Say = { text: 'so far', stop: 'stop-sequence', stopSequence: 'END' };
    answerWith(say);
    const whole = await ask(rig, 'messages', 'an/m', { stop_sequences: ['END'] });
    expect(whole.json()).toMatchObject({ stop_reason: 'stop_sequence', stop_sequence: 'END' });
    answerWith(say);
    const chat = asObject((await ask(rig, 'chat', 'an/m', { stop: 'END' })).json());
    expect(chat?.choices).toMatchObject([{ finish_reason: 'stop', message: { content: 'so far' } }]);
    answerWith(say);
    const stream = await askStream(rig, 'chat', 'an/m', { stop: 'END' });
    expect(violations('chat', stream.body, 'whole')).toEqual([]);
    expect(readStream('chat', stream.body).stop).toBe('stop');
  });
});

describe('case 75: sampling', () => {
  it('a temperature that anthropic does not have is refused, not bent', async () => {
    await refused(rig, 'chat', 'an/m', { temperature: 1.7 }, { param: 'temperature' });
    rig.forget();
    expect((await asked(rig, 'chat', 'oa/m', { temperature: 1.7 })).up.temperature).toBe(1.7);
  });

  it.each(roads)('%s over %s: 0 stays 0', async (door, upstream) => {
    for (const field of ['temperature', 'top_p']) {
      rig.forget();
      expect((await asked(rig, door, `${upstream}/m`, { [field]: 0 })).up[field]).toBe(0);
    }
  });

  it.each([
    ['temperature', 2.1],
    ['temperature', -0.1],
    ['temperature', 'hot'],
    ['top_p', 1.1],
    ['frequency_penalty', 3],
  ])('%s %s is refused where it is translated', async (field, value) => {
    await refused(rig, 'chat', 'an/m', { [field]: value }, { param: field });
  });

  it('of temperature and top_p anthropic gets the first; openai-chat gets both', async () => {
    const both = { temperature: 0.5, top_p: 0.5 };
    const { up, dropped } = await asked(rig, 'chat', 'an/m', both);
    expect([up.temperature, up.top_p, dropped]).toEqual([0.5, undefined, ['top_p']]);
    rig.forget();
    expect((await asked(rig, 'messages', 'oa/m', both)).up).toMatchObject(both);
  });

  it('a model that takes none gets none, and defaults are no loss', async () => {
    const { up, dropped } = await asked(rig, 'chat', 'an/newest', { temperature: 1, top_p: 1 });
    expect([up.temperature, up.top_p, dropped]).toEqual([undefined, undefined, []]);
    rig.forget();
    const lost = await asked(rig, 'chat', 'an/newest', { temperature: 0, top_p: 0.5, top_k: 5 });
    expect([lost.up.temperature, lost.up.top_p, lost.up.top_k]).toEqual([undefined, undefined, undefined]);
    expect(lost.dropped.toSorted()).toEqual(['temperature', 'top_k', 'top_p']);
  });
});

describe('case 77: who asks', () => {
  const long = 'u'.repeat(150);
  const json = '{"device_id":"abc","account_uuid":"","session_id":"f00"}';

  it.each([long, json, 'somebody@example.com', 'two words', 'é'])('%s becomes one short id', async (user_id) => {
    const users: unknown[] = [];
    for (let i = 0; i < 2; i++) {
      rig.forget();
      users.push((await asked(rig, 'messages', 'oa/m', { metadata: { user_id } })).up.user);
    }
    expect(users[0]).toBe(users[1]);
    expect(users[0]).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is as it was where it fits, and different for different people', async () => {
    const id = async (user_id: string) => {
      rig.forget();
      return (await asked(rig, 'messages', 'oa/m', { metadata: { user_id } })).up.user;
    };
    expect(await id('user-123')).toBe('user-123');
    expect(await id(`${long}1`)).not.toBe(await id(`${long}2`));
  });

  it.each(['user', 'safety_identifier'])('%s of a chat caller is metadata.user_id', async (field) => {
    const { up, row } = await asked(rig, 'chat', 'an/m', { [field]: long });
    expect(up.metadata).toEqual({ user_id: long });
    expect(row.endUser).toBe(long);
    rig.forget();
    // A string that is far too long is a report's problem too.
    const endless = await asked(rig, 'chat', 'oa/m', { [field]: long.repeat(1000) });
    expect(endless.row.endUser).toHaveLength(256);
    rig.forget();
    const hashed = await asked(rig, 'chat', 'an/m', { [field]: long.repeat(2) });
    expect(asObject(hashed.up.metadata)?.user_id).toMatch(/^[0-9a-f]{64}$/);
  });

  it('of a body that only a lenient parser reads is nobody', async () => {
    const body = '{"model":"oa/m","user":"a\u0001","messages":[{"role":"user","content":"x"}]}';
    expect((await rig.post('/v1/chat/completions', body)).status).not.toBe(500);
    expect(await rig.row()).not.toHaveProperty('endUser');
  });

  it('is relayed as it was written', async () => {
    expect((await asked(rig, 'chat', 'oa/m', { user: long })).up.user).toBe(long);
    rig.forget();
    const { up, row } = await asked(rig, 'messages', 'an/m', { metadata: { user_id: json } });
    expect(up.metadata).toEqual({ user_id: json });
    expect(row.endUser).toBe(json);
  });
});

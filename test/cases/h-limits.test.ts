/** Case 118: our own rate limits, at the doors. The arithmetic of the windows is in src/gateway/admit.test.ts. */
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src/lib/clock.ts';
import { errorViolations } from '../validators/error-answer.ts';
import { type Answer, type RigOptions, startRig } from './rig.ts';
import { ask, askStream, type DoorName, dialectOf } from './stream-reader.ts';

const organization = { id: 'org_rig', name: 'rig', disabled: false };
/** The same limits, given to each owner that can have them. */
const owners: Readonly<Record<string, (limits: object) => RigOptions>> = {
  'the key': (limits) => ({ key: { limits } }),
  'the organization': (limits) => ({ key: { organization: { ...organization, limits } } }),
  'the route': (limits) => ({ routes: { main: ['oa/echo'] }, routeLimits: { main: limits } }),
};
const doors: readonly DoorName[] = ['chat', 'messages'];

function refused(answer: Answer, door: DoorName): void {
  const rules = { dialect: dialectOf(door), status: 429, type: 'rate_limit_error' } as const;
  expect(errorViolations(answer, door === 'chat' ? { ...rules, code: 'rate_limit_exceeded' } : rules)).toEqual([]);
  const seconds = Number(answer.headers['retry-after']);
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThanOrEqual(60);
}

describe.each(Object.entries(owners))('case 118: requests per minute of %s', (owner, optionsOf) => {
  it.each(doors)('a burst of 40 at %s on a limit of 10 admits exactly 10', async (door) => {
    const rig = await startRig({ routes: { main: ['oa/echo'] }, ...optionsOf({ requestsPerMinute: 10 }) });
    const answers = await Promise.all(Array.from({ length: 40 }, () => ask(rig, door, 'main')));
    const admitted = answers.filter((answer) => answer.status === 200);
    expect(admitted).toHaveLength(10);
    for (const answer of answers) if (answer.status !== 200) refused(answer, door);
    expect(rig.upstream.chats).toHaveLength(10);
    expect(await rig.rows(10)).toHaveLength(10);
    // Who is told, and what: the owner, the value, the remedy.
    const message = answers.find((answer) => answer.status === 429)?.body ?? '';
    expect(message).toContain('10 requests per minute');
    expect(message).toContain(owner === 'the route' ? 'main' : 'rig');
    await rig.close();
  });
});

describe('case 118: limit headers', () => {
  it('are OpenAI’s at the chat door, on every answer', async () => {
    const rig = await startRig({ key: { limits: { requestsPerMinute: 2, tokensPerMinute: 100_000 } } });
    const first = await ask(rig, 'chat', 'oa/echo');
    expect(first.headers).toMatchObject({
      'x-ratelimit-limit-requests': '2',
      'x-ratelimit-remaining-requests': '1',
      'x-ratelimit-reset-requests': expect.stringMatching(/^[\d.]+s$/),
      'x-ratelimit-limit-tokens': '100000',
    });
    expect(Number(first.headers['x-ratelimit-remaining-tokens'])).toBeLessThan(100_000);
    const second = await askStream(rig, 'chat', 'oa/echo');
    expect(second.headers).toMatchObject({ 'x-ratelimit-remaining-requests': '0' });
    const third = await ask(rig, 'chat', 'oa/echo');
    refused(third, 'chat');
    expect(third.headers).toMatchObject({ 'x-ratelimit-limit-requests': '2', 'x-ratelimit-remaining-requests': '0' });
    await rig.close();
  });

  it('are Anthropic’s at the Messages door', async () => {
    const rig = await startRig({ key: { limits: { requestsPerMinute: 1 } } });
    const first = await ask(rig, 'messages', 'an/echo');
    expect(first.headers).toMatchObject({
      'anthropic-ratelimit-requests-limit': '1',
      'anthropic-ratelimit-requests-remaining': '0',
    });
    const resetMs = Date.parse(String(first.headers['anthropic-ratelimit-requests-reset']));
    expect(resetMs).toBeGreaterThan(Date.now());
    expect(resetMs).toBeLessThan(Date.now() + 61_000);
    const second = await ask(rig, 'messages', 'an/echo');
    refused(second, 'messages');
    expect(second.headers).toMatchObject({ 'anthropic-ratelimit-requests-remaining': '0' });
    await rig.close();
  });

  it('of the gateway stand in for those of the provider, whose limits are not the caller’s', async () => {
    const rig = await startRig({ key: { limits: { requestsPerMinute: 5 } } });
    rig.upstream.once((_call, reply) =>
      reply.json(
        200,
        {
          id: 'c',
          object: 'chat.completion',
          created: 1,
          model: 'm',
          choices: [{ index: 0, message: { role: 'assistant', content: 'x' }, finish_reason: 'stop' }],
          usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
        },
        { 'x-ratelimit-limit-requests': '9999', 'x-ratelimit-remaining-requests': '9998' },
      ),
    );
    const answer = await ask(rig, 'chat', 'oa/m');
    expect(answer.headers).toMatchObject({ 'x-ratelimit-limit-requests': '5', 'x-ratelimit-remaining-requests': '4' });
    await rig.close();
  });
});

describe('case 118: tokens per minute', () => {
  it('count what the provider said, and let nobody in once they are used up', async () => {
    const rig = await startRig({ key: { limits: { tokensPerMinute: 5000 } } });
    rig.upstream.on('hungry', (_call, reply) =>
      reply.json(200, {
        id: 'c',
        object: 'chat.completion',
        created: 1,
        model: 'm',
        choices: [{ index: 0, message: { role: 'assistant', content: 'x' }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 3000, completion_tokens: 1990, total_tokens: 4990 },
      }),
    );
    expect((await ask(rig, 'chat', 'oa/hungry')).status).toBe(200);
    await rig.row();
    const next = await ask(rig, 'chat', 'oa/hungry');
    refused(next, 'chat');
    expect(next.body).toContain('5000 tokens per minute');
    expect(rig.upstream.chats).toHaveLength(1);
    await rig.close();
  });

  it('a prompt that alone is above the limit passes when nothing else did, and then nothing does', async () => {
    const rig = await startRig({ key: { limits: { tokensPerMinute: 100 } } });
    const large = { messages: [{ role: 'user', content: 'x'.repeat(4000) }] };
    expect((await ask(rig, 'messages', 'an/echo', large)).status).toBe(200);
    refused(await ask(rig, 'messages', 'an/echo', large), 'messages');
    refused(await ask(rig, 'messages', 'an/echo'), 'messages');
    expect(rig.upstream.chats).toHaveLength(1);
    await rig.close();
  });
});

it('case 118: a minute later there is room again', async () => {
  let aheadMs = 0;
  const clock: Clock = { nowMs: () => Date.now() + aheadMs, monotonicMs: () => performance.now() + aheadMs };
  const rig = await startRig({ clock, key: { limits: { requestsPerMinute: 1 } } });
  expect((await ask(rig, 'chat', 'oa/echo')).status).toBe(200);
  const full = await ask(rig, 'chat', 'oa/echo');
  refused(full, 'chat');
  aheadMs += Number(full.headers['retry-after']) * 1000;
  expect((await ask(rig, 'chat', 'oa/echo')).status).toBe(200);
  await rig.close();
});

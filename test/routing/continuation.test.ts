/**
 * Where a route or a caller says so, another target goes on with a stream that breaks in the middle of its text: one
 * valid stream in the caller's dialect, marked, with one charge. What has begun a tool call is failed as ever.
 */
import { request } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { allRoads, answerOf, type Road, untilError } from '../cases/pairs/road.ts';
import { violations } from '../cases/pairs/valid.ts';
import { type Rig, rigKey, startRig } from '../cases/rig.ts';
import { type Script, startUpstream, type Upstream } from '../fakes/upstream.ts';
import { corpus } from '../golden/corpus.ts';
import { answering, modelOf } from '../golden/run.ts';

let first: Upstream;
let second: Upstream;
let rig: Rig;

beforeEach(async () => {
  first = await startUpstream();
  second = await startUpstream();
});
afterEach(async () => {
  await rig.close();
  await first.close();
  await second.close();
});

const named = (id: string) => {
  const found = corpus.find((fixtures) => fixtures.id === id);
  if (found === undefined) throw new Error(`no fixtures of ${id}`);
  return found;
};

/** A route whose first target breaks in its text, and whose second is asked in `next`. */
async function start({ provider }: Pick<Road, 'provider'>, next: string, isOn: boolean): Promise<void> {
  rig = await startRig({
    routes: { main: [`${modelOf(provider)}@first`, `${modelOf(named(next))}@second`] },
    routeRules: { main: isOn ? { goesOn: true } : {} },
    addresses: { first: first.url, second: second.url },
  });
  first.once(answering(untilError(provider)));
  second.once(answering(answerOf(named(next), 'text', true)));
}

async function ask({ caller }: Pick<Road, 'caller'>, headers: Record<string, string> = {}) {
  const {
    statusCode,
    headers: told,
    body,
  } = await request(rig.url + caller.path('main', true), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${rigKey}`,
      'content-type': 'application/json',
      ...caller.headers,
      ...headers,
    },
    body: JSON.stringify(caller.request('text', 'main', true) ?? {}),
  });
  const bytes = Buffer.from(await body.arrayBuffer());
  return {
    bytes,
    facts: () => caller.readAnswer({ status: statusCode, headers: told as Record<string, string>, body: bytes }, true),
  };
}

describe('a stream that breaks in its text goes on at another target', () => {
  it.each(allRoads)('%s over %s', async (caller, _provider, road) => {
    const next = road.provider.id === 'anthropic' ? 'openai-chat' : 'anthropic';
    await start(road, next, true);
    const { bytes, facts } = await ask(road);
    expect(violations(caller, bytes, 'whole')).toEqual([]);
    expect(facts().slice(0, 2)).toEqual(['text HelHi there.', 'stop end']);
    const isMarked = caller !== 'gemini' && caller !== 'bedrock-converse';
    expect(bytes.includes(`: continued by ${modelOf(named(next))}`)).toBe(isMarked);
    const [asked] = second.calls;
    expect(asked?.body.toString()).toContain('Hel');
    expect(asked?.body.toString()).toContain('Your answer was cut off.');
    const row = await rig.row();
    expect(row).toMatchObject({ status: 'completed', servedModel: modelOf(named(next)), usage: { output: 5 } });
    // 12 tokens in at $1 and 5 out at $2 for a million, and what broke is the house's.
    expect(row.chargeNanoUsd).toBe('22000');
    expect(Number(row.houseCostNanoUsd)).toBeGreaterThan(0);
    expect(row.flags).toContain('continued');
    expect(row.attempts).toHaveLength(2);
  });

  it('where a caller asks for it', async () => {
    const road = { caller: named('openai-chat'), provider: named('anthropic') };
    await start(road, 'openai-chat', false);
    const { facts } = await ask(road, { 'x-tollgate-continue': 'true' });
    expect(facts()[0]).toBe('text HelHi there.');
  });
});

describe('a stream that breaks is failed, as ever', () => {
  const road = { caller: named('anthropic'), provider: named('openai-chat') };

  it('where nobody asked for more', async () => {
    await start(road, 'anthropic', false);
    const { bytes } = await ask(road);
    expect(violations('anthropic', bytes, 'failed')).toEqual([]);
    expect(second.calls).toEqual([]);
  });

  it('where it broke in a tool call', async () => {
    await start(road, 'anthropic', true);
    const { headers, body } = answerOf(road.provider, 'parallel tools', true);
    first.clear();
    first.once(answering({ status: 200, headers, body: body.subarray(0, Math.floor((body.length * 3) / 4)) }));
    const { bytes } = await ask(road);
    expect(violations('anthropic', bytes, 'failed')).toEqual([]);
    expect(second.calls).toEqual([]);
  });

  it('where nobody can go on: what was shown is charged once', async () => {
    await start(road, 'anthropic', true);
    second.clear();
    const refuse: Script = (_call, reply) => reply.json(500, { error: { message: 'no' } });
    first.once(refuse);
    for (let i = 0; i < 2; i++) second.once(refuse);
    const { bytes } = await ask(road);
    expect(violations('anthropic', bytes, 'failed')).toEqual([]);
    const row = await rig.row();
    expect(row).toMatchObject({ status: 'failed', servedModel: modelOf(road.provider) });
    expect(Number(row.chargeNanoUsd)).toBeGreaterThan(0);
    expect(row.houseCostNanoUsd).toBeUndefined();
  });
});

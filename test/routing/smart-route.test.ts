/** A smart route through the real data plane: who is asked, in two dialects, and what the row says of it. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Strategy } from '../../src/snapshot/strategy.ts';
import { type Rig, startRig } from '../cases/rig.ts';

const strategies: Readonly<Record<string, Strategy>> = {
  support: { kind: 'smart', rules: [] },
  tiers: { kind: 'smart', rules: [] },
  ruled: {
    kind: 'smart',
    rules: [
      { when: { contains: ['Lawyer'] }, use: 'strong' },
      { when: { language: 'de' }, use: 'cheap' },
    ],
  },
};

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({
    strategies,
    routes: {
      support: ['oa/cheap', 'oa/strong'],
      ruled: ['oa/cheap', 'oa/strong'],
      tiers: ['oa/cheap', 'oa/middle', 'oa/strong'],
    },
    routeRules: Object.fromEntries(Object.keys(strategies).map((name) => [name, { explore: 0, sticky: 'off' }])),
  });
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

const routine = 'Where is my order 4711? Please send me the invoice again.';
const complex =
  'You say the return is refused although your agent promised a refund twice. Which clause applies, why was I charged again, and what should I do before the deadline?';

async function chat(model: string, content: string) {
  const answer = await rig.chat({ model, messages: [{ role: 'user', content }] });
  expect(answer.status, answer.body).toBe(200);
  return answer.headers['x-tollgate-model'];
}

describe('a smart route', () => {
  it('asks the cheap target for routine and the strong one for what is complex', async () => {
    expect(await chat('support', routine)).toBe('oa/cheap');
    expect(await chat('support', complex)).toBe('oa/strong');
  });

  it('decides the same in another dialect', async () => {
    const ask = (content: string) =>
      rig.messages({ model: 'support', max_tokens: 500, messages: [{ role: 'user', content }] });
    expect((await ask(routine)).headers['x-tollgate-model']).toBe('oa/cheap');
    expect((await ask(complex)).headers['x-tollgate-model']).toBe('oa/strong');
  });

  it('asks the strongest of three for the most complex', async () => {
    expect(await chat('tiers', routine)).toBe('oa/cheap');
    expect(await chat('tiers', complex)).toBe('oa/strong');
  });

  it('obeys a declared rule before any score', async () => {
    expect(await chat('ruled', `${routine} My lawyer asks.`)).toBe('oa/strong');
    const german = 'Bitte vergleiche beide Verträge und erkläre, warum die Forderung trotz Widerspruchs besteht.';
    expect(await chat('support', german)).toBe('oa/strong');
    expect(await chat('ruled', german)).toBe('oa/cheap');
  });

  it('says score, tier and rule in the row of the request', async () => {
    await chat('ruled', `${routine} My lawyer asks.`);
    const { decision } = await rig.row();
    expect(decision).toMatchObject({ strategy: 'smart', smart: { tier: 1, rule: 0 } });
  });
});

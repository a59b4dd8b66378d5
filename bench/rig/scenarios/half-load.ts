import { models } from '../requests.ts';
import { measured, orderFor, type Scenario, speaks, whole } from '../scenario.ts';

const load = {
  ask: { dialect: 'openai-chat', model: models.brief, stream: true, body: 'small' },
  provider: 'openai-chat',
  perSecond: 20,
  marks: 20,
  connections: 0,
} as const;

/** Of a second of its process: what a gateway adds when it is neither idle nor full. */
const share = 0.5;
const perSecondMax = 400;

export const halfLoad: Scenario = {
  id: 'S2h',
  title: 'the first token at half load',
  what: 'streams of 20 pieces as fast as the contender is busy for half of the time, and as fast without a gateway',
  figures: [
    { id: 'addedP50', title: 'added first-token time p50', unit: 'ms', compared: true },
    { id: 'addedP99', title: 'added first-token time p99', unit: 'ms', compared: true },
    { id: 'perSecond', title: 'streams a second', unit: '', compared: false },
    { id: 'directP50', title: 'without a gateway p50', unit: 'ms', compared: false },
    { id: 'directP99', title: 'without a gateway p99', unit: 'ms', compared: false },
  ],
  can: (contender) =>
    speaks(contender, 'openai-chat', 'openai-chat') && !['tollgate-crowded', 'direct'].includes(contender.id),
  play: async (play) => {
    const probe = await measured(play, orderFor({ ...play, seconds: Math.max(1, play.seconds / 3) }, load));
    const secondsEach = probe.ownMs / 1000 / probe.result.answered;
    const perSecond = Math.min(perSecondMax, share / Math.max(secondsEach, share / perSecondMax));
    const order = { ...orderFor(play, load), perSecond };
    const { firstToken } = await whole(play.stage, order);
    const address = `127.0.0.1:${play.stage.providerPort}`;
    const named = orderFor({ ...play, running: { ...play.running, model: (plan) => plan } }, load);
    const without = await whole(play.stage, { ...named, perSecond, address });
    const directP50 = without.firstToken.p50 / 1e6;
    const directP99 = without.firstToken.p99 / 1e6;
    const figures = {
      addedP50: firstToken.p50 / 1e6 - directP50,
      addedP99: firstToken.p99 / 1e6 - directP99,
      perSecond,
      directP50,
      directP99,
    };
    return { figures, loads: [without] };
  },
};

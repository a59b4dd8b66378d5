import { setTimeout as pause } from 'node:timers/promises';
import { heldBy } from '../process-tree.ts';
import { models } from '../requests.ts';
import { common, figuresOf, measured, orderFor, type Scenario, speaks } from '../scenario.ts';
import type { Stage } from '../stage.ts';

const patienceMs = 10_000;

export const aborts: Scenario = {
  id: 'S8',
  title: 'callers that hang up',
  what: 'streams of 200 pieces, 20 a second, half of them hung up on after 20 pieces',
  figures: [
    ...common,
    { id: 'cancelled', title: 'cancelled at the provider, of those hung up on', unit: '', compared: false },
    { id: 'socketsLeft', title: 'sockets more than before', unit: '', compared: false },
  ],
  can: (contender) =>
    speaks(contender, 'openai-chat', 'openai-chat') && !['tollgate-crowded', 'litellm'].includes(contender.id),
  play: async (play) => {
    const ask = { dialect: 'openai-chat', model: models.stream, stream: true, body: 'small' } as const;
    const more = { abortShare: 0.5, abortAfter: 20 };
    const load = { ask, provider: 'openai-chat', perSecond: 20, marks: 200, connections: 0, more } as const;
    const held = heldBy(play.running.pid);
    const before = await play.stage.counts();
    const cost = await measured(play, orderFor(play, load));
    const after = await settled(play.stage);
    const figures = {
      ...figuresOf(cost),
      cancelled: (after.aborted - before.aborted) / Math.max(1, cost.result.aborted),
      socketsLeft: heldBy(play.running.pid).sockets - held.sockets,
    };
    return { figures, loads: [cost.result] };
  },
};

/** Once the provider streams to nobody any more. */
async function settled(stage: Stage) {
  const until = performance.now() + patienceMs;
  for (;;) {
    const counts = await stage.counts();
    if (counts.open === 0) return counts;
    if (performance.now() > until)
      throw new Error(`The provider still streams to ${counts.open} that nobody listens to.`);
    await pause(50);
  }
}

/** A turn of an agent: 100 kB of what was said before, passed on or translated. */
import { type Dialect, models } from '../requests.ts';
import { common, figuresOf, measured, orderFor, type Scenario, speaks } from '../scenario.ts';

function contextOf(id: string, title: string, caller: Dialect, provider: Dialect): Scenario {
  return {
    id,
    title,
    what: '100 kB in, 1.3 kB out; 100 a second, 64 connections',
    figures: common,
    can: (contender) => speaks(contender, caller, provider) && contender.id !== 'tollgate-crowded',
    play: async (play) => {
      const ask = { dialect: caller, model: models.small, stream: false, body: 'context' } as const;
      const order = orderFor(play, { ask, provider, perSecond: 100, marks: 1, connections: 64 });
      const before = await play.stage.counts();
      const cost = await measured(play, order);
      const after = await play.stage.counts();
      refuseOtherDialect(provider, after.requests - before.requests, after.messages - before.messages);
      return { figures: figuresOf(cost), loads: [cost.result] };
    },
  };
}

/** Who passes on what it should translate is quick, and wrong. */
function refuseOtherDialect(wanted: Dialect, requests: number, messages: number): void {
  const right = wanted === 'anthropic-messages' ? messages : requests - messages;
  if (right !== requests) throw new Error(`Of ${requests} requests, only ${right} reached the provider as ${wanted}.`);
}

export const contexts: readonly Scenario[] = [
  contextOf('S3', 'a context of 100 kB, passed on', 'openai-chat', 'openai-chat'),
  contextOf('S4a', 'the same, Messages to Chat Completions', 'anthropic-messages', 'openai-chat'),
  contextOf('S4b', 'the same, Chat Completions to Messages', 'openai-chat', 'anthropic-messages'),
];

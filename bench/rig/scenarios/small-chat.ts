import { models } from '../requests.ts';
import { common, figuresOf, measured, orderFor, type Scenario, speaks } from '../scenario.ts';

export const smallLoad = {
  ask: { dialect: 'openai-chat', model: models.small, stream: false, body: 'small' },
  provider: 'openai-chat',
  perSecond: 500,
  marks: 1,
  connections: 64,
} as const;

export const smallChat: Scenario = {
  id: 'S1',
  title: 'a small chat',
  what: '1.5 kB in, 1.3 kB out in one piece; 500 a second, 64 connections',
  figures: common,
  can: (contender) => speaks(contender, 'openai-chat', 'openai-chat') && contender.id !== 'tollgate-crowded',
  play: async (play) => {
    const cost = await measured(play, orderFor(play, smallLoad));
    return { figures: figuresOf(cost), loads: [cost.result] };
  },
};

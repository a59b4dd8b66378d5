import { models } from '../requests.ts';
import { common, figuresOf, measured, orderFor, type Scenario, speaks } from '../scenario.ts';

const chunks = 200;

/** Every piece is a write of the provider's: a slow gateway cannot look better by reading several at once. */
export const stream: Scenario = {
  id: 'S2',
  title: 'a stream of 200 pieces',
  what: '1.5 kB in, a piece every 4 ms; 20 streams a second, 64 connections',
  figures: [
    { id: 'cpuPerChunk', title: 'processor time per piece, whole tree', unit: 'µs', compared: true },
    { id: 'gapP99', title: 'between two pieces p99', unit: 'ms', compared: false },
    { id: 'onTheWayP50', title: 'a piece on its way p50', unit: 'ms', compared: false },
    { id: 'onTheWayP99', title: 'a piece on its way p99', unit: 'ms', compared: false },
    ...common,
  ],
  can: (contender) => speaks(contender, 'openai-chat', 'openai-chat') && contender.id !== 'tollgate-crowded',
  play: async (play) => {
    const ask = { dialect: 'openai-chat', model: models.stream, stream: true, body: 'small' } as const;
    const perSecond = play.contender.id === 'litellm' ? 3 : 20;
    const order = orderFor(play, { ask, provider: 'openai-chat', perSecond, marks: chunks, connections: 64 });
    const cost = await measured(play, order);
    const { marks, gap, onTheWay } = cost.result;
    const own = {
      cpuPerChunk: (cost.processorMs * 1000) / marks,
      gapP99: gap.p99 / 1e6,
      onTheWayP50: onTheWay.p50 / 1e6,
      onTheWayP99: onTheWay.p99 / 1e6,
    };
    return { figures: { ...own, ...figuresOf(cost) }, loads: [cost.result] };
  },
};

import { heldBy } from '../process-tree.ts';
import { models } from '../requests.ts';
import { measured, orderFor, type Scenario, speaks } from '../scenario.ts';

/** Of the provider's plan: so many pieces, one every five seconds. */
const pieces = 12;
/** How many begin in a second. */
const perSecond = 500;

export const heldStreams: Scenario = {
  id: 'S5',
  title: 'slow streams held open',
  what: 'thousands of streams at once (--streams), each with a piece every five seconds for 55 s',
  figures: [
    { id: 'perStream', title: 'memory per stream, whole tree', unit: 'kB', compared: true },
    { id: 'streams', title: 'streams at once', unit: '', compared: false },
    { id: 'sockets', title: 'most sockets', unit: '', compared: false },
    { id: 'onTheWayP99', title: 'a piece on its way p99', unit: 'ms', compared: false },
    { id: 'cpuPerChunk', title: 'processor time per piece, whole tree', unit: 'µs', compared: true },
  ],
  can: (contender) =>
    speaks(contender, 'openai-chat', 'openai-chat') && !['tollgate-crowded', 'litellm'].includes(contender.id),
  play: async (play) => {
    const ask = { dialect: 'openai-chat', model: models.held, stream: true, body: 'small' } as const;
    const more = { patienceSeconds: 90, seconds: play.streams / perSecond };
    const order = orderFor(play, { ask, provider: 'openai-chat', perSecond, marks: pieces, connections: 0, more });
    const before = heldBy(play.running.pid).memoryBytes;
    const cost = await measured(play, { ...order, perSecond });
    const { underWayMax, onTheWay, marks } = cost.result;
    const figures = {
      perStream: (cost.memoryMostBytes - before) / underWayMax / 1000,
      streams: underWayMax,
      sockets: cost.socketsMost,
      onTheWayP99: onTheWay.p99 / 1e6,
      cpuPerChunk: (cost.processorMs * 1000) / marks,
    };
    return { figures, loads: [cost.result] };
  },
};

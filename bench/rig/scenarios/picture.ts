import { models } from '../requests.ts';
import { orderFor, type Scenario, speaks, whole } from '../scenario.ts';
import { smallLoad } from './small-chat.ts';

const pictureLoad = {
  ask: { dialect: 'openai-chat', model: models.small, stream: false, body: 'picture' },
  provider: 'openai-chat',
  perSecond: 1,
  marks: 1,
  connections: 2,
} as const;

const smallPerSecond = 200;

export const pictureBeside: Scenario = {
  id: 'S6',
  title: 'a picture of 20 MB beside small traffic',
  what: 'small chats, 200 a second, alone and then beside one picture a second',
  figures: [
    { id: 'p99Ratio', title: 'p99 of the small ones, beside over alone', unit: '', compared: false },
    { id: 'p99Alone', title: 'p99 alone', unit: 'ms', compared: false },
    { id: 'p99Beside', title: 'p99 beside the picture', unit: 'ms', compared: false },
    { id: 'pictureP50', title: 'the picture itself p50', unit: 'ms', compared: false },
  ],
  can: (contender) =>
    speaks(contender, 'openai-chat', 'openai-chat') && !['tollgate-crowded', 'litellm'].includes(contender.id),
  play: async (play) => {
    const order = orderFor(play, { ...smallLoad, perSecond: smallPerSecond });
    const alone = await whole(play.stage, order);
    const [beside, pictures] = await Promise.all([
      whole(play.stage, order),
      whole(play.stage, orderFor(play, pictureLoad)),
    ]);
    const figures = {
      p99Ratio: beside.latency.p99 / alone.latency.p99,
      p99Alone: alone.latency.p99 / 1e6,
      p99Beside: beside.latency.p99 / 1e6,
      pictureP50: pictures.latency.p50 / 1e6,
    };
    return { figures, loads: [alone, beside, pictures] };
  },
};

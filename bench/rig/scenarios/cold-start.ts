import { pathOf, type Running } from '../contender.ts';
import { heldBy, memoryOf } from '../process-tree.ts';
import { models, requestOf } from '../requests.ts';
import { type Play, type Scenario, whole } from '../scenario.ts';

export const coldStart: Scenario = {
  id: 'S9',
  title: 'from the start to the first answer',
  what: 'the process is started, with the data of an earlier run where it has some, and asked once as soon as it is ready',
  figures: [
    { id: 'start', title: 'start to first answer', unit: 'ms', compared: true },
    { id: 'rest', title: 'memory at rest, the process itself', unit: 'MB', compared: true },
    { id: 'restTree', title: 'memory at rest, whole tree', unit: 'MB', compared: true },
  ],
  can: ({ id }) => id !== 'direct' && id !== 'tollgate-crowded',
  play: async (play) => {
    if (play.running.again !== undefined) {
      await play.running.again();
      return ask(play, play.running);
    }
    const fresh = await play.contender.start(play.stage);
    try {
      return await ask(play, fresh);
    } finally {
      await fresh.stop();
    }
  },
};

async function ask({ stage }: Play, running: Running) {
  const rest = memoryOf(running.pid) / 1e6;
  const restTree = heldBy(running.pid).memoryBytes / 1e6;
  const chat = { dialect: 'openai-chat', model: models.small, stream: false, body: 'small' } as const;
  const path = pathOf['openai-chat'];
  const request = requestOf(chat, {
    path,
    headers: running.headers(chat.dialect),
    model: running.model(chat.model, chat.dialect),
  });
  // About one arrival, soon: its latency counts from its scheduled time.
  const once = { requests: [request], perSecond: 100, seconds: 0.05, seed: 3, connections: 1, marks: 1 };
  const first = await whole(stage, { ...once, address: `127.0.0.1:${running.port}` });
  return { figures: { start: running.readyMs + first.latency.max / 1e6, rest, restTree }, loads: [first] };
}

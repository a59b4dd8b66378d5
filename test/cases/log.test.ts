/** The log is read by more people than the conversations: what a caller sent, and what it was answered, is not in it. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Script } from '../fakes/upstream.ts';
import { type Rig, startRig } from './rig.ts';
import { ask, askStream, roads } from './stream-reader.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

const json = { 'content-type': 'application/json' };
const stream = { 'content-type': 'text/event-stream' };
const diary = 'CANARY-dear-diary';
const errorOf = (message: string) =>
  JSON.stringify({ type: 'error', error: { type: 'some_error', code: 'some_code', message, param: message } });

/** How providers quote what they were asked, and answer what is no answer. */
const quotes: Readonly<Record<string, Script>> = {
  'a refused request': (_call, reply) => reply.send(400, json, errorOf(`Invalid value: '${diary}'`)),
  'a moderated request': (_call, reply) =>
    reply.send(403, json, JSON.stringify({ error: { code: 403, message: diary, metadata: { flagged_input: diary } } })),
  'a list of mistakes': (_call, reply) =>
    reply.send(
      422,
      json,
      JSON.stringify({ detail: [{ msg: `Input should be valid: ${diary}`, loc: ['body', diary] }] }),
    ),
  'a crash': (_call, reply) => reply.send(500, { 'content-type': 'text/plain' }, `Traceback: prompt=${diary}`),
  'a web page': (_call, reply) => reply.send(502, { 'content-type': 'text/html' }, `<html>${diary}</html>`),
  'an answer that is text': (_call, reply) => reply.send(200, json, diary),
  'an answer that is a web page': (_call, reply) => reply.send(200, { 'content-type': 'text/html' }, `<p>${diary}</p>`),
  'an answer that is cut': (_call, reply) => reply.send(200, json, `{"content":"${diary}`),
  'an error in an answer': (_call, reply) => reply.send(200, json, errorOf(diary)),
  'a stream of text': (_call, reply) => reply.send(200, stream, `data: ${diary}\n\n`),
  'an error in a stream': (_call, reply) => reply.send(200, stream, `event: error\ndata: ${errorOf(diary)}\n\n`),
};

for (const [door, provider] of roads) {
  it.each(Object.entries(quotes))(
    `${door} over ${provider}: %s leaves no prompt and no answer in the log`,
    async (_what, script) => {
      rig.upstream.on('m', script);
      const model = `${provider}/m`;
      await ask(rig, door, model);
      await askStream(rig, door, model);
      await rig.rows(2);
      expect(rig.logged.filter((line) => /^\w+ request /.test(line))).toHaveLength(2);
      expect(rig.logged.join('\n')).not.toContain('CANARY');
    },
  );
}

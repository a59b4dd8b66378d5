/** Cases 89, 90, 98 to 100, 104 and 105 on all roads: streams that are cut, tortured, broken, empty, or no streams. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sseHeaders } from '../../fakes/reply.ts';
import type { Script } from '../../fakes/upstream.ts';
import type { WireAnswer } from '../../golden/features.ts';
import { startMatrixRig } from '../../golden/matrix.ts';
import type { Rig } from '../rig.ts';
import { allRoads, answerOf, go, heard, sseRoads, untilError, words } from './road.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startMatrixRig();
});
afterAll(() => rig.close());

function sliced({ headers, body }: WireAnswer, cuts: readonly number[]): Script {
  return async (_call, reply) => {
    reply.head(200, headers);
    await reply.slices(body, cuts);
    reply.end();
  };
}

describe('case 89: any cut of the bytes gives the same answer', () => {
  it.each(allRoads)('%s over %s: one byte to a write, and cut in two at many offsets', async (_to, _from, road) => {
    const answer = answerOf(road.provider, 'thinking', true);
    const wanted = words(heard(road, await go(rig, road, true, answer), true));
    expect(wanted).toEqual(
      expect.arrayContaining(['text So it is.', 'call weather {"city":"Oslo"}', 'stop tool-call']),
    );
    const size = answer.body.length;
    const each = Array.from({ length: size - 1 }, (_, i) => i + 1);
    const some = Array.from({ length: 8 }, (_, i) => [Math.floor(((i + 0.5) * size) / 8)]);
    for (const cuts of [each, ...some]) {
      const turn = await go(rig, road, true, sliced(answer, cuts));
      expect(words(heard(road, turn, true)), `cut at ${cuts.slice(0, 3).join()}`).toEqual(wanted);
    }
  });
});

/** Other spellings of the same stream. */
const tortures: Readonly<Record<string, (text: string) => string>> = {
  'CRLF line ends': (text) => text.replaceAll('\r\n', '\n').replaceAll('\n', '\r\n'),
  'CR line ends': (text) => text.replaceAll('\r\n', '\n').replaceAll('\n', '\r'),
  'no space behind the colon': (text) => text.replaceAll(/^(data|event): /gm, '$1:'),
  'comments, ids and retries': (text) => text.replaceAll(/^data:/gm, ': keepalive\nid: 7\nretry: 100\ndata:'),
  'comment frames between': (text) => `: PROCESSING\n\n${text.replaceAll(/\n\n/g, '\n\n: PROCESSING\n\n')}`,
  'a byte order mark': (text) => `\ufeff${text}`,
  'no blank line at the end': (text) => text.replace(/(\r?\n)+$/, '\n'),
};

describe('case 90: every syntax that server-sent events allow', () => {
  it.each(sseRoads)('%s over %s', async (_to, _from, road) => {
    const answer = answerOf(road.provider, 'parallel tools', true);
    const wanted = words(heard(road, await go(rig, road, true, answer), true));
    for (const [name, torture] of Object.entries(tortures)) {
      // A relay passes the bytes as they are: what they mean is then the caller's matter.
      if (road.caller.id === road.provider.id) continue;
      const tortured = { ...answer, body: Buffer.from(torture(answer.body.toString())) };
      const turn = await go(rig, road, true, tortured);
      expect(words(heard(road, turn, true)), name).toEqual(wanted);
      expect(turn.row.status, name).toBe('completed');
    }
  });
});

describe('cases 98 and 99: a stream that breaks is never a whole answer', () => {
  it.each(allRoads)('%s over %s: an error in the middle', async (_to, _from, road) => {
    const turn = await go(rig, road, true, answerOf(road.provider, 'error during the stream', true));
    expect(words(heard(road, turn, true))).toEqual(['text Hel', 'error failure']);
    expect(turn.row).toMatchObject({ status: 'failed', httpStatus: 200 });
  });

  const endings = ['FIN', 'RST'] as const;
  it.each(allRoads.flatMap((road) => endings.map((ending) => [...road, ending] as const)))(
    '%s over %s: the connection ends after the text (%s)',
    async (_to, _from, road, ending) => {
      const { headers, body } = untilError(road.provider);
      const turn = await go(rig, road, true, async (_call, reply) => {
        reply.head(200, headers);
        await reply.write(body);
        await (ending === 'FIN' ? reply.fin() : reply.reset());
      });
      const facts = words(heard(road, turn, true));
      expect(facts).toEqual(['text Hel', 'error failure']);
      expect(turn.row.status).toBe('failed');
    },
  );
});

describe('case 100: an error before the first byte of a stream is an answer of its own', () => {
  it.each(allRoads)('%s over %s', async (_to, _from, road) => {
    const turn = await go(rig, road, true, answerOf(road.provider, 'error before the stream', true));
    expect(turn.answer.status).toBe(429);
    expect(turn.answer.headers['content-type']).toMatch(/^application\/json/);
    expect(heard(road, turn, true)).toEqual(['status 429', 'error rate-limited']);
  });
});

describe('case 104: the other form than was asked for', () => {
  it.each(allRoads)('%s over %s: JSON where a stream was asked, a stream where JSON was', async (_to, _from, road) => {
    for (const stream of [true, false]) {
      const wanted = heard(
        road,
        await go(rig, road, stream, answerOf(road.provider, 'parallel tools', stream)),
        stream,
      );
      const turn = await go(rig, road, stream, answerOf(road.provider, 'parallel tools', !stream));
      expect(heard(road, turn, stream), stream ? 'as a stream' : 'whole').toEqual(wanted);
      expect(turn.row).toMatchObject({ status: 'completed', usage: { input: 12, output: 5 } });
    }
  });
});

describe('case 105: an empty stream is no answer', () => {
  it.each(allRoads)('%s over %s: nothing, or only an end mark', async (_to, _from, road) => {
    const isSse = road.provider.id !== 'bedrock-converse';
    const { headers } = answerOf(road.provider, 'text', true);
    for (const body of ['', ...(isSse ? [': nothing\n\n', 'data: [DONE]\n\n'] : [])]) {
      const turn = await go(rig, road, true, (_call, reply) => reply.send(200, isSse ? sseHeaders : headers, body));
      expect(turn.answer.status, body).toBe(502);
      expect(turn.row.status).toBe('failed');
    }
  });
});

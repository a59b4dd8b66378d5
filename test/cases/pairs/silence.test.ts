/** Cases 101, 103 and 108 on all roads: providers that fall silent, callers that do not read, and the end of the gateway. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DialectId } from '../../../src/llm/chat.ts';
import { Gate } from '../../fakes/gate.ts';
import { decode, encode } from '../../golden/bedrock-converse/event-stream.ts';
import type { Facts, Fixtures } from '../../golden/features.ts';
import { startMatrixRig } from '../../golden/matrix.ts';
import { answering } from '../../golden/run.ts';
import type { RawClient } from '../../harness/raw-client.ts';
import { until } from '../../until.ts';
import { type Rig, startRig } from '../rig.ts';
import { heldBytes } from './held.ts';
import { allRoads, answerOf, go, heard, open, type Road, untilError, words } from './road.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({
    settings: { keepaliveMs: 40 },
    timeouts: { firstTokenMs: 500, idleMs: 500, totalMs: 30_000 },
    tickMs: 10,
  });
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

function received({ caller }: Road, { answer }: RawClient): Facts {
  return words(caller.readAnswer({ status: answer.status, headers: answer.headers, body: answer.body }, true));
}

/** What keeps a stream alive in each caller's form, and means nothing in it. */
const keepalives: Readonly<Record<DialectId, RegExp>> = {
  'openai-chat': /^: keepalive\n\n/m,
  'openai-responses': /^: keepalive\n\n/m,
  anthropic: /^event: ping\n/m,
  gemini: /(^|\r\n\r\n)\r\n\r\n/,
  'bedrock-converse': /:event-type.{3}keepalive/s,
};

describe('case 101: silence', () => {
  it.each(allRoads)('%s over %s: the caller’s own sign of life, then the whole answer', async (caller, _from, road) => {
    const answer = answerOf(road.provider, 'parallel tools', true);
    const gates = [new Gate(), new Gate()];
    const half = answer.body.length >> 1;
    rig.upstream.once(async (_call, reply) => {
      reply.head(200, answer.headers);
      await gates[0]?.pass();
      await reply.write(answer.body.subarray(0, half));
      await gates[1]?.pass();
      await reply.write(answer.body.subarray(half));
      reply.end();
    });
    const client = await open(rig, road, true);
    for (const gate of gates) {
      await gate.reached;
      const seen = client.answer.body.length;
      await client.until(({ body }) => keepalives[caller].test(body.toString('latin1', seen)), 'a keepalive');
      gate.release();
    }
    await client.until(({ whole }) => whole, 'the whole answer');
    const facts = received(road, client);
    client.abort();
    expect(await rig.row()).toMatchObject({ status: 'completed' });
    expect(facts).toEqual(words(heard(road, await go(rig, road, true, answer), true)));
  });

  it.each(allRoads)('%s over %s: for ever, is a failure in the caller’s form', async (_to, _from, road) => {
    const { headers, body } = untilError(road.provider);
    rig.upstream.once(async (_call, reply) => {
      reply.head(200, headers);
      await reply.write(body);
      await reply.hang();
    });
    const client = await open(rig, road, true);
    await client.until(({ whole }) => whole || client.ended, 'the end');
    const facts = received(road, client);
    client.abort();
    expect(facts).toEqual(['text Hel', expect.stringMatching(/^error /)]);
    await rig.upstream.waitForClosed(1000);
    expect(await rig.row()).toMatchObject({ status: 'failed', errorKind: 'timeout' });
  });
});

/** The frames of a stream up to its text, and the frame of that text with many more words in it. */
function longText(provider: Fixtures): { opening: Buffer; piece: Buffer } {
  const { body } = untilError(provider);
  const long = (text: string) => text.replace('Hel', 'x'.repeat(64 * 1024));
  if (provider.id === 'bedrock-converse') {
    const message = decode(body).find((each) => JSON.stringify(each.body).includes('Hel'));
    if (message === undefined) throw new Error('no text');
    return { opening: body, piece: encode({ ...message, body: JSON.parse(long(JSON.stringify(message.body))) }) };
  }
  const frame = body
    .toString()
    .split(/(?<=\r?\n\r?\n)/)
    .find((each) => each.includes('Hel'));
  if (frame === undefined) throw new Error('no text');
  return { opening: body, piece: Buffer.from(long(frame)) };
}

const megabytes = 1024 * 1024;
/** 256 MB: several times what the kernels of a machine keep for one answer on its way. */
const piecesMax = 4096;

describe('case 103: a caller that does not read', () => {
  let patient: Rig;
  beforeAll(async () => {
    patient = await startMatrixRig();
  });
  afterAll(() => patient.close());
  beforeEach(() => patient.forget());

  it.each(allRoads)('%s over %s: holds up its provider, not the gateway and not others', async (_to, _from, road) => {
    const { headers } = untilError(road.provider);
    const { opening, piece } = longText(road.provider);
    const paused = new Gate();
    let pieces = 0;
    patient.upstream.once(async (_call, reply) => {
      reply.head(200, headers);
      await reply.write(opening);
      await paused.pass();
      while (pieces < piecesMax && (await reply.write(piece))) pieces += 1;
    });
    const client = await open(patient, road, true);
    await client.untilBytes(1);
    client.pause();
    const before = heldBytes();
    paused.release();
    let sent = -1;
    let still = 0;
    await until(
      'the provider to be held up',
      async () => {
        still = pieces === sent ? still + 1 : 0;
        sent = pieces;
        await pause(30);
        return still >= 3 && sent > 0;
      },
      20_000,
    );
    expect(sent).toBeLessThan(piecesMax);
    // One that reads on regardless would hold all of it. Freed buffers leave the count some collections later.
    await until('the gateway to hold little', () => heldBytes() - before < 32 * megabytes, 20_000);
    const other = answerOf(road.provider, 'text', true);
    patient.upstream.once(answering(other));
    const neighbour = await open(patient, road, true);
    await neighbour.until(({ whole }) => whole, 'the answer of another');
    expect(received(road, neighbour)).toEqual(['text Hi there.', 'stop end']);
    neighbour.abort();
    client.abort();
    await patient.upstream.waitForClosed();
    const statuses = (await patient.rows(2)).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual(['cancelled', 'completed']);
  });
});

describe('case 108: the gateway ends', () => {
  /** A stream on each road, each in its middle when the gateway begins to drain. */
  async function allRunning(
    at: Rig,
    halves: (provider: Fixtures) => readonly [Buffer, Buffer],
    gate: Gate,
  ): Promise<readonly (readonly [string, Road, RawClient])[]> {
    const running: (readonly [string, Road, RawClient])[] = [];
    for (const [to, from, road] of allRoads) {
      const { headers } = untilError(road.provider);
      const [begun, rest] = halves(road.provider);
      at.upstream.once(async (_call, reply) => {
        reply.head(200, headers);
        await reply.write(begun);
        await gate.pass();
        await reply.write(rest);
        reply.end();
      });
      const client = await open(at, road, true);
      await client.untilBytes(1);
      running.push([`${to} over ${from}`, road, client]);
    }
    return running;
  }

  const cutLate = (provider: Fixtures) => {
    const { body } = answerOf(provider, 'parallel tools', true);
    const at = Math.floor((body.length * 3) / 4);
    return [body.subarray(0, at), body.subarray(at)] as const;
  };

  it('streams of every road that end in time end whole', async () => {
    const ending = await startMatrixRig();
    const gate = new Gate();
    const running = await allRunning(ending, cutLate, gate);
    ending.gateway.beginDrain();
    gate.release();
    await ending.gateway.drained();
    for (const [name, road, client] of running) {
      await client.until(({ whole }) => whole || client.ended, 'the end');
      expect(received(road, client).at(-1), name).toBe('stop tool-call');
    }
    expect((await ending.rows(running.length)).map(({ status }) => status)).toEqual(running.map(() => 'completed'));
    await ending.close();
  });

  it('streams of every road that do not are failed in the caller’s form', async () => {
    const ending = await startMatrixRig();
    const running = await allRunning(ending, (provider) => [untilError(provider).body, Buffer.alloc(0)], new Gate());
    ending.gateway.beginDrain();
    ending.gateway.failAll();
    await ending.gateway.drained();
    for (const [name, road, client] of running) {
      await client.until(({ whole }) => whole || client.ended, 'the end');
      const facts = received(road, client);
      expect(facts, name).toEqual(['text Hel', expect.stringMatching(/^error /)]);
    }
    expect((await ending.rows(running.length)).map(({ status }) => status)).toEqual(running.map(() => 'failed'));
    await ending.close();
  });
});

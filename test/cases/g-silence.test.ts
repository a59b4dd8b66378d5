/** Cases 101 and 103: a provider that says nothing, a caller that reads nothing. Faults F7 and F15 overlap. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { wireText } from '../fakes/answer.ts';
import { chatStream } from '../fakes/chat-wire.ts';
import { Gate } from '../fakes/gate.ts';
import { messagesStream } from '../fakes/messages-wire.ts';
import { sseHeaders } from '../fakes/reply.ts';
import { RawClient, rawRequestText } from '../harness/raw-client.ts';
import { steadyClock } from '../steady-clock.ts';
import { until } from '../until.ts';
import { heldBytes } from './pairs/held.ts';
import { type Rig, rigKey, startRig } from './rig.ts';
import { askStream, bodyOf, type DoorName, readStream, roads, type UpstreamName, violations } from './stream-reader.ts';

const clock = steadyClock();
let rig: Rig;
beforeAll(async () => {
  rig = await startRig({
    clock,
    settings: { keepaliveMs: 40, clientStallMs: 800 },
    timeouts: { firstTokenMs: 500, idleMs: 500, totalMs: 30_000 },
    tickMs: 10,
  });
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

const whole = (upstream: UpstreamName, text = 'Hel lo') =>
  upstream === 'oa' ? chatStream({ text }, { includeUsage: true }) : messagesStream({ text });
const begun = (upstream: UpstreamName, upTo = 'Hel') => {
  const events = whole(upstream);
  return events.slice(0, events.findIndex((event) => event.text.includes(upTo)) + 1);
};
const isKeepalive = (text: string) => text.includes(': keepalive') || text.includes('event: ping');

async function openStream(rig: Rig, door: DoorName, model: string): Promise<RawClient> {
  const client = await RawClient.connect(rig.url);
  const path = door === 'chat' ? '/v1/chat/completions' : '/v1/messages';
  const headers = { authorization: `Bearer ${rigKey}`, 'content-type': 'application/json' };
  const usage = door === 'chat' ? { stream_options: { include_usage: true } } : {};
  client.send(rawRequestText(path, headers, JSON.stringify(bodyOf(door, model, { stream: true, ...usage }))));
  return client;
}

describe('case 101, F7: silence', () => {
  it.each(roads)(
    '%s over %s: keepalives before the first word and between words, then the whole answer',
    async (door, upstream) => {
      const gates = [new Gate(), new Gate(), new Gate()];
      const events = whole(upstream);
      const first = begun(upstream).length;
      rig.upstream.once(async (_call, reply) => {
        await gates[0]?.pass();
        reply.head(200, sseHeaders);
        await gates[1]?.pass();
        await reply.events(events.slice(0, first));
        await gates[2]?.pass();
        await reply.events(events.slice(first));
        reply.end();
      });
      const client = await openStream(rig, door, `${upstream}/m`);
      let seen = 0;
      for (const gate of gates) {
        await gate.reached;
        await client.until(({ body }) => isKeepalive(body.toString('utf8', seen)), 'a keepalive');
        seen = client.answer.body.length;
        gate.release();
        if (gate === gates[1]) await client.untilText('Hel');
        seen = client.answer.body.length;
      }
      await client.until((answer) => answer.whole, 'the whole answer');
      const body = client.answer.body.toString();
      expect(violations(door, body, 'whole')).toEqual([]);
      const read = readStream(door, body);
      expect(read).toMatchObject({ text: 'Hel lo', usage: { input: 10, output: 2 } });
      if (door === 'chat') expect(read.comments).toContain('keepalive');
      else expect(read.events).toContain('ping');
      expect(await rig.row()).toMatchObject({ status: 'completed', estimated: false });
      client.abort();
    },
    60_000,
  );

  const silences = {
    'before the headers': { code: 'firstTokenMs', text: '' },
    'behind the headers': { code: 'firstTokenMs', text: '' },
    'in the middle': { code: 'idleMs', text: 'Hel' },
  };
  describe.each(Object.entries(silences))('for ever, %s', (where, due) => {
    it.each(roads)(
      '%s over %s: the failure form at the limit, and the provider is hung up on',
      async (door, upstream) => {
        rig.upstream.once(async (_call, reply) => {
          if (where === 'before the headers') return reply.hang();
          reply.head(200, sseHeaders);
          if (where === 'in the middle') await reply.events(begun(upstream));
          await reply.hang();
        });
        const startedAt = clock.monotonicMs();
        const { body, status } = await askStream(rig, door, `${upstream}/m`);
        expect(clock.monotonicMs() - startedAt).toBeLessThan(1500);
        expect(clock.monotonicMs() - startedAt).toBeGreaterThan(450);
        expect(status).toBe(200);
        expect(violations(door, body, 'failed')).toEqual([]);
        const read = readStream(door, body);
        expect(read).toMatchObject({ text: due.text, stop: undefined });
        expect(String(read.error?.message)).toContain(`500 ms (timeouts.${due.code})`);
        expect(read.error?.type).toBe(door === 'chat' ? 'server_error' : 'timeout_error');
        const endedAt = clock.monotonicMs();
        await rig.upstream.waitForClosed(1000);
        expect(clock.monotonicMs() - endedAt).toBeLessThan(1000);
        const row = await rig.row();
        expect(row).toMatchObject({ status: 'failed', errorKind: 'timeout' });
        expect(row.usage.output > 0).toBe(due.text !== '');
      },
    );
  });

  it('F9: one byte now and then is no silence, and nothing of it is content', async () => {
    const wire = Buffer.from(wireText(whole('oa')));
    const patient = await startRig();
    patient.upstream.once(async (_call, reply) => {
      reply.head(200, sseHeaders);
      await reply.slices(
        wire,
        Array.from({ length: 80 }, (_, i) => i),
        2,
      );
      reply.end();
    });
    const { body } = await askStream(patient, 'chat', 'oa/m');
    expect(violations('chat', body, 'whole')).toEqual([]);
    await patient.close();
  });

  it('F9: bytes without end that never become an event are given up at the time for the first token', async () => {
    rig.upstream.once(async (_call, reply) => {
      reply.head(200, sseHeaders);
      while (await reply.write(': x\n')) await pause(5, undefined, { ref: false });
    });
    const { body } = await askStream(rig, 'chat', 'oa/m');
    expect(violations('chat', body, 'failed')).toEqual([]);
    await rig.upstream.waitForClosed(1000);
  });
});

const megabytes = 1024 * 1024;
/** 256 MB: several times what the kernels of this machine keep for one answer on its way. */
const piecesMax = 4096;

/** An answer that begins and ends with a piece of text; what is in the middle can be sent as often as wanted. */
function longAnswer(upstream: UpstreamName, piece: string) {
  const events = whole(upstream, piece);
  const at = events.findIndex((event) => event.text.includes(piece.slice(0, 1024)));
  return [events.slice(0, at + 1), events.slice(at, at + 1), events.slice(at)] as const;
}

describe('case 103, F15: a caller that reads slowly', () => {
  /** Without the short limits of this file: here nobody is late, however busy the machine is. */
  let patient: Rig;
  beforeAll(async () => {
    patient = await startRig();
  });
  afterAll(() => patient.close());
  beforeEach(() => patient.forget());

  it.each(roads)(
    '%s over %s: the answer waits at the provider, not here, and others are served',
    async (door, upstream) => {
      const piece = 'x'.repeat(64 * 1024);
      const [opening, body, ending] = longAnswer(upstream, piece);
      const paused = new Gate();
      let heldUp = false;
      let pieces = 0;
      patient.upstream.once(async (_call, reply) => {
        reply.head(200, sseHeaders);
        await reply.events(opening);
        await paused.pass();
        // Kernels may keep tens of MB on the way; a gateway that reads on regardless takes all of it.
        while (!heldUp && pieces < piecesMax && (await reply.events(body))) pieces += 1;
        if (await reply.events(ending)) reply.end();
      });
      const client = await openStream(patient, door, `${upstream}/m`);
      await client.untilBytes(1);
      client.pause();
      const before = heldBytes();
      paused.release();
      // The provider is held up when its count no longer moves.
      let sent = -1;
      let still = 0;
      await until(
        'the provider to be held up',
        async () => {
          still = pieces === sent ? still + 1 : 0;
          sent = pieces;
          await pause(40);
          return still >= 3 && sent > 0;
        },
        25_000,
      );
      heldUp = true;
      expect(sent).toBeLessThan(piecesMax);
      // Freed buffers leave the count some collections later; one that reads on regardless would hold all 256 MB.
      await until('the gateway to hold little of it', () => heldBytes() - before < 32 * megabytes, 25_000);
      patient.upstream.once((_call, reply) => reply.send(200, sseHeaders, wireText(whole('oa'))));
      const other = await askStream(patient, 'chat', 'oa/other');
      expect(violations('chat', other.body, 'whole')).toEqual([]);
      // Read on: nothing was lost.
      client.resume();
      await until('the rest', () => client.answer.whole, 20_000);
      const received = client.answer.body.toString();
      expect(violations(door, received, 'whole')).toEqual([]);
      expect(readStream(door, received).text === piece.repeat(pieces + 2)).toBe(true);
      expect((await patient.rows(2)).map((row) => row.status)).toEqual(['completed', 'completed']);
      client.abort();
    },
  );

  it.each(roads)('%s over %s: one that reads nothing is cut, and the provider with it', async (door, upstream) => {
    const events = whole(upstream, Array.from({ length: 1280 }, () => 'x'.repeat(16 * 1024)).join(' '));
    rig.upstream.once(async (_call, reply) => {
      reply.head(200, sseHeaders);
      await reply.events(events);
    });
    const client = await openStream(rig, door, `${upstream}/m`);
    await client.untilBytes(1);
    client.pause();
    await rig.upstream.waitForCalls(1);
    await rig.upstream.waitForClosed(10_000);
    const row = await rig.row();
    expect(row).toMatchObject({ status: 'cancelled', estimated: true });
    expect(row.usage.output).toBeGreaterThan(0);
    client.abort();
  });
});

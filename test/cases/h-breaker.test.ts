/** Cases 115 and 116: targets that are ill, and providers that let one wait. Fault F7 overlaps. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/lib/clock.ts';
import { wireText } from '../fakes/answer.ts';
import { chatStream } from '../fakes/chat-wire.ts';
import { Gate } from '../fakes/gate.ts';
import { messagesStream } from '../fakes/messages-wire.ts';
import { errorBody } from '../fakes/persona-script.ts';
import { startRawUpstream } from '../fakes/raw-upstream.ts';
import { sseHeaders } from '../fakes/reply.ts';
import type { Script } from '../fakes/upstream.ts';
import { RawClient, rawRequestText } from '../harness/raw-client.ts';
import { steadyClock } from '../steady-clock.ts';
import { until } from '../until.ts';
import { errorViolations } from '../validators/error-answer.ts';
import { type Rig, rigKey, startRig } from './rig.ts';
import { ask, askStream, bodyOf, dialectOf, readStream, roads, violations } from './stream-reader.ts';

const failing =
  (status: number): Script =>
  (call, reply) =>
    reply.json(status, errorBody(call, `failure number ${status}`, status));

describe('case 115: the breaker', () => {
  let rig: Rig;
  let aheadMs = 0;
  const clock: Clock = { nowMs: () => Date.now() + aheadMs, monotonicMs: () => performance.now() + aheadMs };
  // The clock is put on by more than the usual times: they must not end a probe that is to hang.
  const hour = 3_600_000;
  const timeouts = { firstTokenMs: hour, wholeMs: hour, idleMs: hour, totalMs: hour };
  beforeEach(async () => {
    aheadMs = 0;
    const routes = { pair: ['oa/first', 'oa/second'], other: ['oa/third', 'oa/second'] };
    rig = await startRig({ clock, timeouts, routes });
  });
  afterEach(() => rig.close());

  /** Which models were asked for one request. */
  const asked = async (model = 'pair') => {
    rig.forget();
    await ask(rig, 'chat', model);
    return rig.upstream.chats.map((call) => call.model);
  };
  const makeIll = async (script: Script) => {
    rig.upstream.on('first', script);
    for (let i = 0; i < 5; i++) expect(await asked()).toEqual(['first', 'second']);
  };

  it.each([
    ['500', failing(500)],
    ['529', failing(529)],
    ['resets', ((_call, reply) => reply.reset()) satisfies Script],
    ['200 without an answer', ((_call, reply) => reply.send(200, {}, '')) satisfies Script],
  ])('opens after five times %s in a row, for this target only', async (_name, script) => {
    await makeIll(script);
    expect(await asked()).toEqual(['second']);
    expect(await asked('other')).toEqual(['third']);
    expect(await asked('oa/first')).toContain('first');
  });

  it.each([400, 404, 413, 422])('does not open for %i', async (status) => {
    rig.upstream.on('first', failing(status));
    for (let i = 0; i < 8; i++) expect((await asked())[0]).toBe('first');
  });

  it('does not open for 429: the other is preferred until the time that was named, and no longer', async () => {
    rig.upstream.on('first', (call, reply) =>
      reply.json(429, errorBody(call, 'too fast', 429), { 'retry-after': '7' }),
    );
    for (let i = 0; i < 8; i++) {
      expect(await asked()).toEqual(['first', 'second']);
      expect(await asked()).toEqual(['second']);
      aheadMs += 7_001;
    }
  });

  it('a key that is refused is left out after two answers that say so, with all of its models', async () => {
    await rig.close();
    const routes = { pair: ['oa/first@ours', 'oa/second'], other: ['oa/third@ours', 'oa/second'] };
    rig = await startRig({ clock, routes });
    rig.upstream.on('first', failing(401));
    for (let i = 0; i < 2; i++) expect(await asked()).toEqual(['first', 'second']);
    expect(await asked()).toEqual(['second']);
    expect(await asked('other')).toEqual(['second']);
    aheadMs += 10_001;
    // The operator has corrected it.
    rig.upstream.on('first', (call, reply) => reply.send(200, sseHeaders, wireText(chatStream({ text: call.model }))));
    expect(await asked()).toEqual(['first']);
    expect(await asked('other')).toEqual(['third']);
  });

  it('each refusal of our key is an error in the log, and never the caller’s 401', async () => {
    rig.upstream.on('first', failing(401)).on('second', failing(403));
    const answer = await ask(rig, 'chat', 'pair');
    expect(answer.status).toBe(502);
    expect(rig.logged.filter((line) => line.startsWith('error a provider refused our credential'))).toHaveLength(2);
  });

  it('an address that nobody is at takes all of its models out, without a word to the others', async () => {
    await rig.close();
    const gone = await startRawUpstream(() => {});
    await gone.close();
    const routes = { pair: ['oa/first@gone', 'oa/second'], other: ['oa/third@gone', 'oa/second'] };
    rig = await startRig({ clock, routes, addresses: { gone: gone.url } });
    const attempts = async (model: string) => {
      rig.forget();
      expect((await ask(rig, 'chat', model)).status).toBe(200);
      return (await rig.row()).attempts.map(({ target }) => target);
    };
    for (let i = 0; i < 3; i++) expect(await attempts('pair')).toEqual(['oa/first', 'oa/second']);
    expect(await attempts('other')).toEqual(['oa/second']);
    aheadMs += 10_001;
    expect(await attempts('other')).toEqual(['oa/third', 'oa/second']);
    expect(await attempts('pair')).toEqual(['oa/second']);
  });

  it('one success in between begins the count anew', async () => {
    for (let i = 0; i < 8; i++) {
      rig.upstream.on(
        'first',
        i === 4
          ? (call, reply) => reply.send(200, sseHeaders, wireText(chatStream({ text: call.model })))
          : failing(500),
      );
      expect((await asked())[0]).toBe('first');
    }
  });

  it('after its rest one probe at a time may try it, and its success closes it', async () => {
    await makeIll(failing(500));
    aheadMs += 10_001;
    const gate = new Gate();
    rig.upstream.on('first', async (call, reply) => {
      await gate.pass();
      await reply.send(200, sseHeaders, wireText(chatStream({ text: call.model })));
    });
    rig.forget();
    const probe = ask(rig, 'chat', 'pair');
    await gate.reached;
    for (let i = 0; i < 3; i++) await ask(rig, 'chat', 'pair');
    expect(rig.upstream.chats.map((call) => call.model)).toEqual(['first', 'second', 'second', 'second']);
    gate.release();
    expect((await probe).status).toBe(200);
    expect(await asked()).toEqual(['first']);
  });

  it('a probe that fails means another rest, a longer one', async () => {
    await makeIll(failing(500));
    aheadMs += 10_001;
    expect(await asked()).toEqual(['first', 'second']);
    expect(await asked()).toEqual(['second']);
    aheadMs += 10_001;
    expect(await asked()).toEqual(['second']);
    aheadMs += 10_000;
    expect(await asked()).toEqual(['first', 'second']);
  });

  it('a probe of ten minutes does not keep others out', async () => {
    await makeIll(failing(500));
    aheadMs += 10_001;
    const slow = await startProbe(rig);
    aheadMs += 30_001;
    rig.upstream.on('first', (call, reply) => reply.send(200, sseHeaders, wireText(chatStream({ text: call.model }))));
    expect(await asked()).toEqual(['first']);
    slow.abort();
  });

  it('a probe whose caller hangs up proves nothing: the next request may probe', async () => {
    await makeIll(failing(500));
    aheadMs += 10_001;
    const client = await startProbe(rig);
    client.abort();
    await until('the end of the probe', () => rig.gateway.inFlight === 0);
    rig.upstream.on('first', (call, reply) => reply.send(200, sseHeaders, wireText(chatStream({ text: call.model }))));
    expect(await asked()).toEqual(['first']);
  });

  it('a request that never came to the resting target leaves its probe to who needs it', async () => {
    rig.upstream.on('second', failing(500)).on('first', failing(500));
    for (let i = 0; i < 5; i++) await asked();
    rig.upstream.on('first', (call, reply) => reply.send(200, sseHeaders, wireText(chatStream({ text: call.model }))));
    aheadMs += 10_001;
    // The first is well again, so the second is not asked ...
    for (let i = 0; i < 3; i++) expect(await asked()).toEqual(['first']);
    // ... and is there when the first fails.
    rig.upstream
      .on('first', failing(500))
      .on('second', (call, reply) => reply.send(200, sseHeaders, wireText(chatStream({ text: call.model }))));
    expect(await asked()).toEqual(['first', 'second']);
  });

  it('when all rest, all are asked: a gateway that refuses by itself helps nobody', async () => {
    rig.upstream.on('first', failing(500)).on('second', failing(500));
    for (let i = 0; i < 6; i++) await asked();
    expect((await asked()).slice(0, 2)).toEqual(['first', 'second']);
  });
});

/** A request whose probe of `first` hangs. */
async function startProbe(rig: Rig): Promise<RawClient> {
  const gate = new Gate();
  rig.upstream.on('first', async (_call, reply) => {
    await gate.pass();
    await reply.hang();
  });
  const client = await RawClient.connect(rig.url);
  const headers = { authorization: `Bearer ${rigKey}`, 'content-type': 'application/json' };
  client.send(rawRequestText('/v1/chat/completions', headers, JSON.stringify(bodyOf('chat', 'pair'))));
  await gate.reached;
  return client;
}

describe('case 116, F7: each limit of time', () => {
  const wide = { connectMs: 5000, firstTokenMs: 5000, wholeMs: 5000, idleMs: 5000, totalMs: 5000 };

  async function timesOut(rig: Rig, limit: string): Promise<void> {
    for (const [door, upstream] of roads) {
      rig.forget();
      const time = steadyClock();
      const startedAt = time.monotonicMs();
      const answer = await ask(rig, door, `${upstream}/m`);
      expect(time.monotonicMs() - startedAt).toBeLessThan(2500);
      const type = door === 'chat' ? 'server_error' : 'timeout_error';
      expect(errorViolations(answer, { dialect: dialectOf(door), status: 504, type })).toEqual([]);
      expect(answer.body).toContain(`(timeouts.${limit})`);
      if (door === 'chat') expect(answer.body).toContain('gateway_timeout');
      expect(await rig.row()).toMatchObject({ status: 'failed', errorKind: 'timeout', httpStatus: 504 });
    }
  }

  it('wholeMs: accepts, and hangs before the headers, behind them, or in the middle of a whole answer', async () => {
    const rig = await startRig({ timeouts: { ...wide, wholeMs: 200 }, tickMs: 10 });
    const hangs: readonly Script[] = [
      (_call, reply) => reply.hang(),
      (_call, reply) => reply.head(200, { 'content-type': 'application/json' }),
      (_call, reply) => {
        reply.head(200, { 'content-type': 'application/json' });
        void reply.write('{"id":');
      },
      (_call, reply) => reply.head(500, { 'content-type': 'application/json' }),
    ];
    for (const hang of hangs) {
      rig.upstream.on('m', hang);
      await timesOut(rig, 'wholeMs');
      await rig.upstream.waitForClosed(1000);
    }
    await rig.close();
  });

  it('totalMs: an answer that never ends ends in the failure form', async () => {
    const rig = await startRig({ timeouts: { ...wide, totalMs: 300 }, tickMs: 10 });
    for (const [door, upstream] of roads) {
      const endless =
        upstream === 'oa' ? chatStream({ text: 'la '.repeat(2000) }) : messagesStream({ text: 'la '.repeat(2000) });
      rig.forget();
      rig.upstream.once(async (_call, reply) => {
        reply.head(200, sseHeaders);
        await reply.events(endless, 5);
      });
      const { body } = await askStream(rig, door, `${upstream}/m`);
      expect(violations(door, body, 'failed')).toEqual([]);
      expect(String(readStream(door, body).error?.message)).toContain('(timeouts.totalMs)');
      await rig.upstream.waitForClosed(1000);
      const row = await rig.row();
      expect(row).toMatchObject({ status: 'failed', errorKind: 'timeout', estimated: true });
      expect(row.usage.output).toBeGreaterThan(0);
    }
    await rig.close();
  });

  it('connectMs: a server that takes the connection and never speaks TLS', async () => {
    const silent = await startRawUpstream(() => {});
    const addresses = { silent: silent.url.replace('http:', 'https:') };
    const rig = await startRig({
      timeouts: { ...wide, connectMs: 100 },
      tickMs: 10,
      addresses,
      routes: { 'oa/m': ['oa/m@silent'], 'an/m': ['an/m@silent'] },
    });
    await timesOut(rig, 'connectMs');
    expect(silent.connections).toBeGreaterThan(0);
    await rig.close();
    await silent.close();
  });

  it.each([
    ['nobody listens', undefined],
    ['hangs up at once', (socket: { destroy(): void }) => socket.destroy()],
    ['speaks no HTTP', (socket: { end(text: string): void }) => socket.end('220 smtp.example ESMTP\r\n')],
    ['speaks HTTP 0.9', (socket: { end(text: string): void }) => socket.end('<html>hello</html>')],
  ])('%s: 502 at once, and the address stays a secret', async (_name, behave) => {
    const odd = await startRawUpstream(behave ?? (() => {}));
    if (behave === undefined) await odd.close();
    const rig = await startRig({ addresses: { odd: odd.url }, routes: { 'oa/m': ['oa/m@odd'], 'an/m': ['an/m@odd'] } });
    for (const [door, upstream] of roads) {
      rig.forget();
      const answer = await askStream(rig, door, `${upstream}/m`);
      expect(errorViolations(answer, { dialect: dialectOf(door), status: 502 })).toEqual([]);
      expect(answer.body).not.toContain(new URL(odd.url).port);
      expect(await rig.row()).toMatchObject({ status: 'failed', errorKind: 'upstream', costNanoUsd: '0' });
    }
    await rig.close();
    if (behave !== undefined) await odd.close();
  });

  it('a timeout sends the request to the next target', async () => {
    const rig = await startRig({
      timeouts: { ...wide, firstTokenMs: 200 },
      tickMs: 10,
      routes: { pair: ['oa/first', 'an/second'] },
    });
    rig.upstream.on('first', (_call, reply) => reply.hang());
    const answer = await askStream(rig, 'chat', 'pair');
    expect(violations('chat', answer.body, 'whole')).toEqual([]);
    expect(await rig.row()).toMatchObject({
      status: 'completed',
      servedModel: 'an/second',
      attempts: [{ error: 'timeout' }, { status: 200 }],
    });
    await rig.close();
  });
});

/**
 * Line 2 of what routing and failure must show, in minutes that pass at once: three targets, one of which fails, one slow.
 * The whole of it, in real time against a process of its own: `npm run test:storm`. Faults F10 and F11.
 */
import { afterEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/lib/clock.ts';
import { Random } from '../../bad-input/random.ts';
import { type Rig, startRig } from '../../cases/rig.ts';
import { ask, askStream, violations } from '../../cases/stream-reader.ts';
import { errorBody, personaScript } from '../../fakes/persona-script.ts';
import type { Script } from '../../fakes/upstream.ts';
import { Tally } from './tally.ts';

const stepMs = 50;
const slowMs = 1_500;
const stormMs = 60_000;
const calmMs = 40_000;
/** 2,000 requests in turn, on however busy a machine. */
const limitMs = 120_000;

type Fails = (model: string, atMs: number) => boolean;

/** One request each step: 20 in a second of theirs. */
class Minute {
  readonly tally = new Tally();
  readonly #random = new Random(7);
  #rig: Rig | undefined;
  #now = 1_000_000;
  #open = 0;
  /** Slow answers, and when they are due. */
  readonly #held: { dueMs: number; answer: () => void }[] = [];

  async start(fails: Fails): Promise<void> {
    const clock: Clock = { nowMs: () => 1.8e12 + this.#now, monotonicMs: () => this.#now };
    this.#rig = await startRig({
      clock,
      tickMs: 5,
      random: () => this.#random.next(),
      settings: { keepaliveMs: 3_600_000 },
      upstream: { script: this.#script(fails), keepBodies: false },
      routes: { storm: ['oa/fails@one', 'oa/slow@two', 'an/well@three'] },
      strategies: { storm: { kind: 'weighted' } },
    });
  }

  get atMs(): number {
    return this.#now - 1_000_000;
  }

  chance(): number {
    return this.#random.next();
  }

  async run(untilMs: number): Promise<void> {
    while (this.atMs < untilMs) {
      this.#now += stepMs;
      for (const held of this.#held.splice(0)) {
        if (held.dueMs <= this.#now) held.answer();
        else this.#held.push(held);
      }
      void this.#send();
      await this.#quiet();
    }
  }

  /** All that is open waits for time to pass. */
  async #quiet(): Promise<void> {
    do await new Promise((resolve) => setImmediate(resolve));
    while (this.#open > this.#held.length);
  }

  async end(): Promise<void> {
    this.#now += slowMs;
    for (const { answer } of this.#held.splice(0)) answer();
    await this.#quiet();
    await this.#rig?.close();
  }

  async #send(): Promise<void> {
    const rig = this.#rig as Rig;
    const { atMs } = this;
    this.#open++;
    const stream = this.#random.next() < 0.5;
    const answer = await (stream ? askStream : ask)(rig, 'chat', 'storm');
    this.#open--;
    const whole = stream
      ? violations('chat', answer.body, 'whole').length === 0
      : answer.body.includes('"finish_reason"');
    const ok = answer.status === 200 && whole;
    this.tally.told.push({ atMs, tookMs: this.atMs - atMs, ok, status: answer.status });
  }

  #script(fails: Fails): Script {
    return async (call, reply, upstream) => {
      this.tally.calls.push({ atMs: this.atMs, target: call.model, request: call.attemptId?.split('-')[0] ?? '' });
      if (fails(call.model, this.atMs)) return reply.json(503, errorBody(call, 'no', 503));
      if (call.model === 'slow')
        await new Promise<void>((answer) => this.#held.push({ dueMs: this.#now + slowMs, answer }));
      return personaScript(call, reply, upstream);
    };
  }
}

let minute: Minute;
afterEach(() => minute.end());

describe.each([
  { share: 0.3, askedMax: 20 * 60 },
  // Five until it is left out, then a probe in each rest.
  { share: 1, askedMax: 5 + 8 },
])('One of three targets fails $share of what it is asked, one is slow', ({ share, askedMax }) => {
  it(
    'for a minute: callers see none of it, retries stay in their budget, and all is as before 30 s later',
    async () => {
      minute = new Minute();
      await minute.start((model, atMs) => model === 'fails' && atMs < stormMs && minute.chance() < share);
      await minute.run(stormMs + calmMs);
      const { tally } = minute;
      const requests = tally.told.length;
      expect(requests).toBeGreaterThan(1_900);
      expect(tally.successShare()).toBeGreaterThanOrEqual(0.999);
      expect(tally.retries).toBeLessThanOrEqual(0.1 * requests + 3);
      expect(tally.callsOf('fails', 0, stormMs)).toBeLessThanOrEqual(askedMax);
      // A third of all again.
      expect(tally.shareOf('fails', stormMs + 30_000, stormMs + calmMs)).toBeGreaterThan(0.25);
      expect(tally.shareOf('slow', 0, stormMs)).toBeGreaterThan(0.25);
    },
    limitMs,
  );
});

describe('All of three targets fail for a minute', () => {
  it(
    'callers are told at once, nobody is asked again beyond the budget, and it is over when it is over',
    async () => {
      minute = new Minute();
      await minute.start((_model, atMs) => atMs < stormMs);
      await minute.run(stormMs + calmMs);
      const { tally } = minute;
      expect(tally.retries).toBeLessThanOrEqual(0.1 * tally.told.length + 3);
      expect(tally.successShare(0, stormMs)).toBe(0);
      expect(tally.told.every(({ status }) => status === 200 || status === 503)).toBe(true);
      expect(tally.successShare(stormMs + slowMs)).toBe(1);
      for (const target of ['fails', 'slow', 'well'])
        expect(tally.shareOf(target, stormMs + 30_000, stormMs + calmMs), target).toBeGreaterThan(0.25);
    },
    limitMs,
  );
});

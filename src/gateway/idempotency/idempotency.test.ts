import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Clock } from '../../lib/clock.ts';
import { silentLog } from '../../lib/log.ts';
import { LlmFailure } from '../../llm/error.ts';
import { Idempotency } from './idempotency.ts';
import type { Claim, IdempotencyStore, NewClaim } from './idempotency-store.ts';

const beatMs = 10_000;
const minuteMs = 60_000;

let nowMs = 0;
const clock: Clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };

/** A store that tells what it was asked, and is away when told so. */
class FakeStore implements IdempotencyStore {
  readonly asked: string[] = [];
  away = false;
  /** Answers of `claim`, held until released. */
  waiting: Promise<void> = Promise.resolve();

  async claim({ requestId }: NewClaim): Promise<undefined> {
    await this.waiting;
    await this.#ask(`claim ${requestId}`);
  }
  beat(claims: readonly Claim[]): Promise<void> {
    return this.#ask(`beat ${claims.map(({ requestId }) => requestId).join(' ')}`);
  }
  keep({ requestId }: Claim, answer: Buffer): Promise<void> {
    return this.#ask(`keep ${requestId} ${answer.toString()}`);
  }
  close({ requestId }: Claim, state: string): Promise<void> {
    return this.#ask(`close ${requestId} ${state}`);
  }
  release({ requestId }: Claim): Promise<void> {
    return this.#ask(`release ${requestId}`);
  }
  sweep(): Promise<void> {
    return this.#ask('sweep');
  }
  async #ask(what: string): Promise<void> {
    if (this.away) throw new Error('away');
    this.asked.push(what);
  }
}

const claimOf = (requestId: string): NewClaim => ({
  ...{ id: `scope of ${requestId}`, requestId, organizationId: 'o', keyId: 'k', instance: 'i', fingerprint: 'f' },
});

let store: FakeStore;
let idempotency: Idempotency;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  nowMs = 1_000_000;
  store = new FakeStore();
  idempotency = new Idempotency(store, { clock, log: silentLog, settings: { idempotentAnswerBytesMax: 100 } });
});
afterEach(() => {
  idempotency.stop();
  vi.useRealTimers();
});

/** The next beats, with everything that they do. */
async function beats(count = 1): Promise<void> {
  for (let i = 0; i < count; i++) {
    nowMs += beatMs;
    vi.advanceTimersByTime(beatMs);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function started(): Promise<void> {
  idempotency.start();
  await new Promise((resolve) => setImmediate(resolve));
  store.asked.length = 0;
}

const refusal = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => (error instanceof LlmFailure ? error.error : error),
  );

const away = { kind: 'unavailable', code: 'idempotency_unavailable', retryAfterMs: 5000 };

describe('a claim', () => {
  it('is told to be alive with each beat, from the moment it is asked for to its end', async () => {
    await started();
    await idempotency.claim(claimOf('a'));
    await idempotency.claim(claimOf('b'));
    await beats();
    await idempotency.end(claimOf('a'), (to) => to.keep(claimOf('a'), Buffer.from('answer')));
    await beats();
    await idempotency.end(claimOf('b'), (to) => to.release(claimOf('b')));
    await beats(2);
    expect(store.asked).toEqual(['claim a', 'claim b', 'beat a b', 'keep a answer', 'beat b', 'release b']);
  });

  it('without a database is refused, and what may have been taken is released when it is back', async () => {
    await started();
    store.away = true;
    expect(await refusal(idempotency.claim(claimOf('a')))).toMatchObject(away);
    await beats();
    store.away = false;
    await beats(2);
    expect(store.asked).toEqual(['beat a', 'release a']);
  });

  it('without a store is refused', async () => {
    const none = new Idempotency(undefined, {
      clock,
      log: silentLog,
      settings: { idempotentAnswerBytesMax: 1 },
    });
    none.start();
    expect(await refusal(none.claim(claimOf('a')))).toMatchObject(away);
    none.stop();
  });

  it('is refused while a thousand others wait for the database, or while too much is recorded', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    store.waiting = promise;
    const crowd = Array.from({ length: 1000 }, (_, i) => idempotency.claim(claimOf(`c${i}`)));
    expect(await refusal(idempotency.claim(claimOf('late')))).toMatchObject(away);
    resolve();
    await Promise.all(crowd);
    expect(await refusal(idempotency.claim(claimOf('next')))).toBeUndefined();

    const large = new Idempotency(store, {
      clock,
      log: silentLog,
      settings: { idempotentAnswerBytesMax: 256 * 1024 * 1024 },
    });
    const recording = large.recording();
    recording.add(Buffer.alloc(256 * 1024 * 1024));
    expect(await refusal(large.claim(claimOf('full')))).toMatchObject(away);
    recording.drop();
    expect(await refusal(large.claim(claimOf('empty')))).toBeUndefined();
    store.away = true;
    await large.end(claimOf('empty'), (to) => to.keep(claimOf('empty'), Buffer.alloc(0)), 256 * 1024 * 1024);
    store.away = false;
    expect(await refusal(large.claim(claimOf('full again')))).toMatchObject(away);
    await large.end(claimOf('empty'), (to) => to.release(claimOf('empty')));
    expect(await refusal(large.claim(claimOf('empty again')))).toBeUndefined();
  });
});

describe('an answer that the database does not take', () => {
  it('is given again with each beat, and the claim lives meanwhile', async () => {
    await started();
    await idempotency.claim(claimOf('a'));
    store.away = true;
    await idempotency.end(claimOf('a'), (to) => to.keep(claimOf('a'), Buffer.from('answer')));
    await beats(30);
    store.away = false;
    await beats(2);
    expect(store.asked).toEqual(['claim a', 'beat a', 'keep a answer']);
  });

  it('is given up after ten minutes', async () => {
    await started();
    await idempotency.claim(claimOf('a'));
    const keep = vi.fn(() => Promise.reject(new Error('refused')));
    await idempotency.end(claimOf('a'), keep);
    await beats(70);
    expect(keep.mock.calls.length).toBeGreaterThan(55);
    expect(keep.mock.calls.length).toBeLessThan(65);
    expect(store.asked.filter((what) => what === 'beat a').length).toBeLessThan(65);
  });
});

describe('what is expired', () => {
  it('is swept at the start and every ten minutes', async () => {
    idempotency.start();
    await new Promise((resolve) => setImmediate(resolve));
    expect(store.asked).toEqual(['sweep']);
    await beats((10 * minuteMs) / beatMs - 1);
    expect(store.asked).toEqual(['sweep']);
    await beats();
    expect(store.asked).toEqual(['sweep', 'sweep']);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import type { ErrorKind, LlmError } from '../llm/error.ts';
import { Measures } from '../routing/measures.ts';
import type { Target } from '../snapshot/snapshot.ts';
import { emptyTally } from './answer/tally.ts';
import type { Dispatched, Outcome } from './attempt.ts';
import type { Visit } from './exchange.ts';
import { judge } from './judge.ts';
import type { GatewayParts } from './parts.ts';
import { Health } from './upstream/health.ts';

const target = { credential: { id: 'one' }, model: { id: 'one/m' } } as Target;
const visit = { id: 'req_1' } as Visit;
const tally = { ...emptyTally, outputTokensSeen: 40 };

let now = 0;
let logged: string[];
let parts: GatewayParts;
beforeEach(() => {
  now = 10_000;
  logged = [];
  const clock = { nowMs: () => now, monotonicMs: () => now };
  const say = (level: string) => (fields: object, message: string) =>
    logged.push(`${level} ${message} ${JSON.stringify(fields)}`);
  parts = {
    clock,
    health: new Health({ clock, random: () => 0 }),
    measures: new Measures(() => now),
    // Others are not being answered, so what fails is no matter of load.
    capacity: { leave: () => {}, isAnswering: () => false },
    log: { warn: say('warn'), error: say('error') },
  } as unknown as GatewayParts;
});

/** One attempt that took a second, its first content coming after a fifth of it. */
function attempt(outcome: Outcome, shows = true): void {
  parts.measures.begin(target);
  const startedAt = now;
  now += 1_000;
  const run = { id: 'a', startedAt, upstreamStatus: 200, ...(shows && { firstShownAt: startedAt + 200 }) };
  judge(visit, target, { run, outcome } as Dispatched, parts);
}

const refused = (kind: ErrorKind, more: Partial<LlmError> = {}): Outcome => ({
  type: 'refused',
  error: { kind, message: 'told to callers', ...more },
  tally: emptyTally,
});
const known = () => parts.measures.of(target);

describe('What an attempt says of its target', () => {
  it('a whole answer: how long until its first token, how fast after it', () => {
    attempt({ type: 'answered', status: 'completed', tally });
    expect(known().firstTokenMs).toBe(200);
    expect(known().totalMs).toBe(1_000);
    expect(known().tokensPerSecond).toBe(50);
    expect(known().successShare).toBe(1);
    expect(known().inFlight).toBe(0);
  });

  it("the provider's own count of tokens wins over ours", () => {
    attempt({ type: 'answered', status: 'completed', tally: { ...tally, usage: { output: 80 } } });
    expect(known().tokensPerSecond).toBe(100);
  });

  it.each<ErrorKind>(['upstream', 'timeout', 'overloaded', 'upstream-credential'])('%s: a failure', (kind) => {
    attempt(refused(kind), false);
    expect(known().samples).toBe(1);
    expect(known().successShare).toBe(0.5);
    expect(parts.health.stateOf(target).failures).toBe(1);
  });

  it.each<ErrorKind>(['rate-limited', 'invalid-request', 'too-long', 'model-not-found', 'payment-required'])(
    '%s: nothing of how it answers those whom it answers',
    (kind) => {
      attempt(refused(kind), false);
      expect(known()).toMatchObject({ samples: 0, inFlight: 0 });
      expect(parts.health.stateOf(target).failures).toBe(0);
    },
  );

  it('a caller who hung up: nothing', () => {
    attempt({ type: 'answered', status: 'cancelled', tally });
    expect(known()).toMatchObject({ samples: 0, inFlight: 0 });
    expect(parts.health.stateOf(target).failures).toBe(0);
  });

  it('a stream that broke in the middle: its first token, and a failure', () => {
    const error: LlmError = { kind: 'upstream', message: 'cut' };
    attempt({ type: 'answered', status: 'failed', error, tally });
    expect(known().firstTokenMs).toBe(200);
    expect(known().tokensPerSecond).toBeUndefined();
    expect(known().successShare).toBe(0.5);
  });
});

describe('The operator', () => {
  it('is told of each refusal of our credential, with the reason that callers are not told', () => {
    attempt(refused('upstream-credential', { upstreamStatus: 401, internal: 'invalid_api_key' }), false);
    expect(logged).toEqual([
      'error a provider refused our credential {"requestId":"req_1","provider":"one","target":"one/m","kind":"upstream-credential","upstreamStatus":401}',
    ]);
  });

  it('is told once that a target is left out', () => {
    for (let i = 0; i < 8; i++) attempt(refused('upstream'), false);
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain('warn a target fails and is left out for a while');
  });
});

import { describe, expect, it } from 'vitest';
import { LlmFailure } from '../../llm/error.ts';
import { Shedding } from './shedding.ts';

let now = 0;
let share = 0.5;
const made = () => {
  now = 0;
  share = 0.5;
  return new Shedding(
    { lagMsMax: 200, memoryShareMax: 0.85 },
    () => now,
    () => share,
  );
};
/** Ticks that come so much too late. */
const late = (shedding: Shedding, lateMs: number, times: number): void => {
  for (let i = 0; i < times; i++) {
    now += 50 + lateMs;
    shedding.tick();
  }
};
const refusal = (shedding: Shedding): string | undefined => {
  try {
    shedding.check();
    return undefined;
  } catch (error) {
    return (error as LlmFailure).error.message;
  }
};

describe('an event loop', () => {
  it.each([600, 5_000])('that is %i ms late for once refuses nobody', (lateMs) => {
    const shedding = made();
    late(shedding, 0, 3);
    late(shedding, lateMs, 1);
    expect(refusal(shedding)).toBeUndefined();
  });

  it('that stays late refuses, names the limit, and lets in again when it has caught up', () => {
    const shedding = made();
    late(shedding, 0, 1);
    late(shedding, 400, 4);
    expect(refusal(shedding)).toMatch(/ms late, and 200 ms is the limit/);
    late(shedding, 0, 4);
    expect(refusal(shedding)).toBeUndefined();
  });
});

it('memory that is nearly used up refuses until there is some', () => {
  const shedding = made();
  late(shedding, 0, 20);
  share = 0.9;
  late(shedding, 0, 20);
  expect(refusal(shedding)).toMatch(/90 % of its memory is in use, and 85 % is the limit/);
  share = 0.6;
  late(shedding, 0, 20);
  expect(refusal(shedding)).toBeUndefined();
});

it('a refusal is told as one that passes', () => {
  const shedding = made();
  late(shedding, 500, 8);
  expect(() => shedding.check()).toThrow(LlmFailure);
  expect(() => shedding.check()).toThrow(
    expect.objectContaining({ error: expect.objectContaining({ kind: 'unavailable', retryAfterMs: 1_000 }) }),
  );
});

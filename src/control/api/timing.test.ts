/** Looking a key up tells nothing by the time it takes: it is found by its hash, which no caller can steer. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestApi, testApi } from '../../../test/api/harness.ts';
import { findCaller } from './caller.ts';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(() => api.close());

const samples = 10_000;

it('a key that is wrong in its first character takes as long as one that is wrong in its last', async () => {
  const { operator } = api;
  const turn = (letter: string) => (letter === 'A' ? 'B' : 'A');
  const wrongFirst = `tgm-${turn(operator[4] ?? '')}${operator.slice(5)}`;
  const wrongLast = `${operator.slice(0, -1)}${turn(operator.at(-1) ?? '')}`;
  const snapshot = api.snapshot.current;
  const time = (key: string): number => {
    const request = { rawHeaders: ['authorization', `Bearer ${key}`] } as never;
    const before = process.hrtime.bigint();
    try {
      findCaller(request, snapshot, Date.now());
    } catch {
      return Number(process.hrtime.bigint() - before);
    }
    throw new Error('a wrong key was taken');
  };
  for (let i = 0; i < samples; i++) time(i % 2 === 0 ? wrongFirst : wrongLast);
  const first: number[] = [];
  const last: number[] = [];
  // In turn, so that whatever else this machine does is shared by both.
  for (let i = 0; i < samples; i++) {
    first.push(time(wrongFirst));
    last.push(time(wrongLast));
  }
  const noise = quantile(first, 0.75) - quantile(first, 0.25);
  expect(Math.abs(quantile(first, 0.5) - quantile(last, 0.5))).toBeLessThan(Math.max(noise, 500));
});

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? 0;
}

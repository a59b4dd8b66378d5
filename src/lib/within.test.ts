import { describe, expect, it } from 'vitest';
import { within } from './within.ts';

const never = new Promise<void>(() => {});

describe('within', () => {
  it('is true for work that ends in time', async () => {
    expect(await within(Promise.resolve('done'), 60_000)).toBe(true);
  });

  it('is false for work that does not', async () => {
    expect(await within(never, 1)).toBe(false);
  });

  it('throws what the work throws in time', async () => {
    await expect(within(Promise.reject(new Error('broken')), 60_000)).rejects.toThrow('broken');
  });
});

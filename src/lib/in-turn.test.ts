import { expect, it } from 'vitest';
import { InTurn } from './in-turn.ts';

it('runs work of one name one after the other, also after one that failed, and others beside it', async () => {
  const turns = new InTurn();
  const told: string[] = [];
  const first = Promise.withResolvers<void>();
  const work = (name: string, until?: Promise<void>) => async () => {
    told.push(`${name} begins`);
    await until;
    told.push(`${name} ends`);
    return name;
  };
  const one = turns.run('a', work('one', first.promise));
  const bad = turns.run('a', () => Promise.reject(new Error('bad')));
  const two = turns.run('a', work('two'));
  expect(await turns.run('b', work('other'))).toBe('other');
  expect(told).toEqual(['one begins', 'other begins', 'other ends']);
  first.resolve();
  await expect(bad).rejects.toThrow('bad');
  expect(await Promise.all([one, two])).toEqual(['one', 'two']);
  expect(told.slice(3)).toEqual(['one ends', 'two begins', 'two ends']);
});

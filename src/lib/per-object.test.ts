import { expect, it } from 'vitest';
import { perObject } from './per-object.ts';

it('makes it once for each object, however alike two of them are', () => {
  let made = 0;
  const nameOf = perObject(({ id }: { id: string }) => `${id} ${++made}`);
  const [one, twin] = [{ id: 'a' }, { id: 'a' }];
  expect([nameOf(one), nameOf(twin), nameOf(one)]).toEqual(['a 1', 'a 2', 'a 1']);
});

/** Every seed and everything that fuzzing ever found, for every target: nothing may be found again. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fuzz } from './engine.ts';
import { refuseMagic } from './magic.ts';
import type { FuzzTarget } from './target.ts';
import { targets } from './targets.ts';

const corpus = new URL('corpus/', import.meta.url);

function foundFor({ id }: FuzzTarget): [string, Buffer][] {
  const folder = new URL(`${id}/`, corpus);
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder))]);
}

describe.each(targets.map((target) => [target.id, target] as const))('%s', (_id, target) => {
  it('takes every seed', () => {
    for (const seed of target.seeds()) target.run(seed);
  });

  it('takes everything that was ever found', () => {
    for (const [name, input] of foundFor(target)) expect(() => target.run(input), name).not.toThrow();
  });
});

it('every folder of findings has its target', () => {
  const known = targets.map(({ id }) => id);
  expect(readdirSync(corpus).filter((name) => !known.includes(name) && !name.startsWith('.'))).toEqual([]);
});

it('coverage leads to what chance alone would not find in this time', () => {
  // Four bytes in a row are one input in four thousand million; by coverage they are found one after the other.
  const found: string[] = [];
  const target: FuzzTarget = { id: 'itself', seeds: () => [Buffer.from('aaaa')], words: [], run: refuseMagic };
  fuzz({
    ...{ target, seconds: 20, seed: 1, place: '/magic.ts', now: () => performance.now(), onInput: () => {} },
    onFinding: ({ error }) => {
      found.push(error.message);
    },
    enough: () => found.length > 0,
  });
  expect(found).toEqual(['magic']);
}, 40_000);

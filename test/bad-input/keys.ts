/** Keys that look like a right one. */
import { Random } from './random.ts';

export function keyMutations(key: string): string[] {
  const random = new Random(5);
  const list = [
    key.toUpperCase(),
    key.slice(1),
    key.slice(0, -1),
    `${key}x`,
    `x${key}`,
    `${key}.`,
    `"${key}"`,
    key.replace('tg-', 'tgm-'),
    key.replace('tg-', 'sk-'),
    key.replace('-', '_'),
    `${key},${key}`,
    `${key}%00`,
    encodeURIComponent(`${key} `),
    'undefined',
    'null',
    'true',
    '[object',
    '{}',
    "'or'1'='1",
    'tg-',
    'Bearer',
    `Bearer${key}`,
    `${key}'--`,
    `${key};DROP`,
    '../../',
    '%2e%2e',
    '__proto__',
    'constructor',
    'hasOwnProperty',
    '0',
    '-1',
    `tg-${'0'.repeat(10_000)}`,
  ];
  // Same first forty characters, other tail: a cache that looks at a prefix would let them in.
  for (let i = 0; i < 120; i++) list.push(key.slice(0, 40) + random.below(1e9).toString(36));
  for (let i = 0; i < key.length; i++) list.push(`${key.slice(0, i)}${key[i] === 'z' ? 'y' : 'z'}${key.slice(i + 1)}`);
  return list.filter((candidate) => candidate !== key);
}

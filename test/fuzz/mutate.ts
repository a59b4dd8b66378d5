/** Mutations: of bytes for everything, of the tree for JSON. The random source comes in, so that a run can be repeated. */

export type Random = () => number;

const bytesMax = 16 * 1024;
const nasty = [0, 9, 10, 13, 32, 34, 44, 45, 48, 58, 91, 92, 93, 123, 125, 127, 128, 239, 255];

/** A small generator with a seed (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function pick<T>(random: Random, items: readonly T[]): T {
  return items[Math.floor(random() * items.length)] as T;
}

export function mutateBytes(random: Random, input: Buffer, other: Buffer, words: readonly string[]): Buffer {
  let bytes = input;
  for (let times = 1 + Math.floor(random() * 4); times > 0; times--) bytes = once(random, bytes, other, words);
  return bytes.subarray(0, bytesMax);
}

function once(random: Random, input: Buffer, other: Buffer, words: readonly string[]): Buffer {
  const at = Math.floor(random() * (input.length + 1));
  const length = Math.floor(random() * Math.min(32, input.length - at + 1));
  const put = (piece: Uint8Array, over = 0) => Buffer.concat([input.subarray(0, at), piece, input.subarray(at + over)]);
  switch (Math.floor(random() * 8)) {
    case 0:
      return put(Buffer.alloc(0), length);
    case 1:
      return put(Buffer.from([pick(random, nasty)]));
    case 2:
      return put(Buffer.from([pick(random, nasty)]), 1);
    case 3:
      return put(Buffer.from([Math.floor(random() * 256)]), 1);
    case 4:
      return put(input.subarray(at, at + length));
    case 5: {
      const from = Math.floor(random() * (other.length + 1));
      return put(other.subarray(from, from + Math.floor(random() * 256)));
    }
    case 6:
      return Buffer.concat([input.subarray(0, at), other.subarray(Math.floor(random() * (other.length + 1)))]);
    default:
      return words.length === 0 ? input : put(Buffer.from(pick(random, words)), random() < 0.5 ? length : 0);
  }
}

const values: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1, 1.5, 1e21, -0.0001, 9_007_199_254_740_992, '', ' ', 'x', '{}', '[]', '{', '\ud83d'],
  ...[[], {}, [[]], [null], [''], [{}], { type: 'text' }, 'tg1.anthropic.x', '\u0000', 'data: [DONE]'],
];

/** Changes one place of the tree; undefined when the input is no JSON. */
export function mutateJson(random: Random, input: Buffer, other: Buffer, words: readonly string[]): Buffer | undefined {
  const tree = parse(input);
  if (tree === undefined) return undefined;
  const donor = placesOf(parse(other) ?? {});
  const places = placesOf(tree);
  for (let times = 1 + Math.floor(random() * 3); times > 0; times--) {
    if (places.length === 0) break;
    const { parent, key } = pick(random, places);
    const fields = parent as Record<string, unknown>;
    const chance = random();
    if (chance < 0.15) {
      if (Array.isArray(parent)) parent.splice(Number(key), 1);
      else delete fields[key];
    } else if (chance < 0.3 && Array.isArray(parent))
      parent.splice(Number(key), 0, structuredClone(parent[Number(key)]));
    else if (chance < 0.45 && donor.length > 0) {
      const from = pick(random, donor);
      fields[key] = structuredClone((from.parent as Record<string, unknown>)[from.key]);
      if (!Array.isArray(parent) && random() < 0.5) fields[from.key] = fields[key];
    } else if (chance < 0.65 && words.length > 0) fields[key] = pick(random, words);
    else if (chance < 0.75 && words.length > 0 && !Array.isArray(parent))
      fields[pick(random, words)] = pick(random, values);
    else fields[key] = structuredClone(pick(random, values));
  }
  return Buffer.from(JSON.stringify(tree)).subarray(0, bytesMax);
}

interface Place {
  readonly parent: object;
  readonly key: string;
}

function placesOf(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => [{ parent: value, key }, ...placesOf(item)]);
}

function parse(bytes: Buffer): object | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Changes the JSON inside one `data:` line of a stream of server-sent events; undefined when there is none. */
export function mutateEvent(
  random: Random,
  input: Buffer,
  other: Buffer,
  words: readonly string[],
): Buffer | undefined {
  const lines = input.toString('utf8').split('\n');
  const data = lines.flatMap((line, i) => (line.startsWith('data: {') ? [i] : []));
  if (data.length === 0) return undefined;
  const at = pick(random, data);
  const chance = random();
  if (chance < 0.15) lines.splice(at, 1);
  else if (chance < 0.3) lines.splice(at, 0, lines[at] ?? '', '');
  else if (chance < 0.4) lines.splice(pick(random, data), 1, lines[at] ?? '');
  else {
    const donors = other
      .toString('utf8')
      .split('\n')
      .filter((line) => line.startsWith('data: {'));
    const donor = donors.length === 0 ? '{}' : pick(random, donors).slice(6);
    const made = mutateJson(random, Buffer.from((lines[at] ?? '').slice(6)), Buffer.from(donor), words);
    if (made === undefined) return undefined;
    lines[at] = `data: ${made.toString('utf8')}`;
  }
  return Buffer.from(lines.join('\n')).subarray(0, bytesMax);
}

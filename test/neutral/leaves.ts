/**
 * Counts leaves: every scalar of a recording must be found again in what it was mapped into, either modelled (the same
 * value in a field of the neutral language) or carried (the same key and value in a `carried`). Each place is used once.
 */

/** Wire fields that the neutral language says in another way, each with how; the values are asserted elsewhere. */
export interface Told {
  readonly at: RegExp;
  readonly how: string;
}

export interface Account {
  readonly total: number;
  readonly modelled: number;
  readonly carried: number;
  readonly told: number;
  /** Said again by the wire itself: a closing event that repeats the deltas before it. */
  readonly repeated: number;
  readonly lost: readonly string[];
}

interface Leaf {
  readonly path: string;
  readonly key: string;
  readonly value: string;
}

export function account(
  wire: readonly unknown[],
  neutral: unknown,
  told: readonly Told[],
  said: readonly string[] = [],
): Account {
  const shelves = { modelled: new Map<string, number>(), carried: new Map<string, number>() };
  shelve(neutral, '', false, shelves);
  const spoken = new Set(said.map((text) => JSON.stringify(text)));
  const seen = new Set<string>();
  const count = { total: 0, modelled: 0, carried: 0, told: 0, repeated: 0 };
  const lost: string[] = [];
  for (const leaf of wire.flatMap((each) => leavesOf(each, rootOf(each), ''))) {
    count.total++;
    const pair = `${leaf.key}=${leaf.value}`;
    if (told.some(({ at }) => at.test(leaf.path))) count.told++;
    else if (take(shelves.carried, pair)) count.carried++;
    else if (take(shelves.modelled, leaf.value)) count.modelled++;
    else if (seen.has(pair) || spoken.has(leaf.value)) count.repeated++;
    else lost.push(`${leaf.path} = ${leaf.value.slice(0, 80)}`);
    seen.add(pair);
  }
  return { ...count, lost };
}

/** Nulls and empty lists say nothing; an empty object may stand for a choice (`{"auto":{}}`). */
function leavesOf(value: unknown, path: string, key: string): Leaf[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap((item) => leavesOf(item, `${path}[]`, key));
  if (typeof value !== 'object') return [{ path, key, value: JSON.stringify(value) }];
  const fields = Object.entries(value);
  if (fields.length === 0) return [{ path, key, value: '{}' }];
  return fields.flatMap(([name, item]) => leavesOf(item, `${path}.${name}`, name));
}

/** A stream's events are told apart by their type. */
function rootOf(value: unknown): string {
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : '';
  return `<${String(type)}>`;
}

type Shelves = Record<'modelled' | 'carried', Map<string, number>>;

function shelve(value: unknown, key: string, isCarried: boolean, shelves: Shelves): void {
  if (value === null || value === undefined) return;
  if (Array.isArray(value)) for (const item of value) shelve(item, key, isCarried, shelves);
  else if (typeof value === 'object' && Object.keys(value).length > 0)
    for (const [name, item] of Object.entries(value)) shelve(item, name, isCarried || name === 'raw', shelves);
  else if (isCarried) put(shelves.carried, `${key}=${JSON.stringify(value)}`);
  else put(shelves.modelled, JSON.stringify(value));
}

function put(shelf: Map<string, number>, name: string): void {
  shelf.set(name, (shelf.get(name) ?? 0) + 1);
}

function take(shelf: Map<string, number>, name: string): boolean {
  const left = shelf.get(name) ?? 0;
  if (left > 0) shelf.set(name, left - 1);
  return left > 0;
}

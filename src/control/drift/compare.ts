/** What the file declares beside what the database has: field by field, and which of the two holds. Pure. */
import type { DeclaredThing, DriftKind } from './tools.ts';

export interface Drift {
  readonly kind: DriftKind;
  readonly name: string;
  /** `file`: the database does not have it; `database`: the file does not. */
  readonly state: 'same' | 'different' | 'file' | 'database';
  readonly inForce: 'file' | 'database';
  readonly differences: readonly Difference[];
  readonly remedy: string | null;
}

interface Difference {
  /** `keys.ci.limits.requestsPerMinute`: as the file has it. */
  readonly path: string;
  readonly file: unknown;
  readonly database: unknown;
}

/** By kind and name. */
export function compare(declared: readonly DeclaredThing[], stored: readonly DeclaredThing[]): readonly Drift[] {
  const keyOf = ({ kind, name }: DeclaredThing) => `${kind} ${name}`;
  const byKey = new Map(stored.map((thing) => [keyOf(thing), thing]));
  const found = declared.map((thing) => {
    const other = byKey.get(keyOf(thing));
    byKey.delete(keyOf(thing));
    return other === undefined ? alone(thing, 'file') : both(thing, other);
  });
  return [...found, ...[...byKey.values()].map((thing) => alone(thing, 'database'))];
}

/** Keys and organizations live in the database, and a start brings the file's into it; the rest is read from the file. */
function isImported({ kind }: DeclaredThing): boolean {
  return kind === 'key' || kind === 'organization';
}

function alone(thing: DeclaredThing, state: 'file' | 'database'): Drift {
  const { kind, name } = thing;
  const missing = state === 'file' && isImported(thing);
  return {
    kind,
    name,
    state,
    inForce: state,
    differences: [],
    remedy: missing ? 'Import the file again, or start again: it is made then.' : null,
  };
}

function both(declared: DeclaredThing, stored: DeclaredThing): Drift {
  const { kind, name } = declared;
  const differences = differencesOf(placeOf(declared), declared.value, stored.value, isImported(declared));
  const imported = isImported(declared);
  const shared = { kind, name, inForce: imported ? ('database' as const) : ('file' as const) };
  if (differences.length === 0 && imported) return { ...shared, state: 'same', differences, remedy: null };
  return {
    ...shared,
    state: differences.length === 0 ? 'same' : 'different',
    differences,
    remedy: imported
      ? 'The next start brings back what the file says: change it there too.'
      : 'The file wins: remove it there to let the database decide, or delete it in the database.',
  };
}

function placeOf({ kind, name }: DeclaredThing): string {
  return `${kind}s.${kind === 'key' ? name.slice(name.indexOf('/') + 1) : name}`;
}

/** `declaredOnly`: what the file leaves out is nobody's mistake. */
function differencesOf(path: string, file: unknown, database: unknown, declaredOnly: boolean): readonly Difference[] {
  if (isObject(file) && isObject(database)) {
    const names = declaredOnly ? Object.keys(file) : [...new Set([...Object.keys(file), ...Object.keys(database)])];
    const revoked = declaredOnly ? ['revoked', 'disabled'].filter((name) => name in database) : [];
    return [...names, ...revoked].flatMap((name) =>
      differencesOf(`${path}.${name}`, file[name], database[name], declaredOnly),
    );
  }
  return same(file, database) ? [] : [{ path, file: file ?? null, database: database ?? null }];
}

/** Amounts may be written as numbers or as text. */
function same(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((each, i) => same(each, other[i]));
  if (isObject(one) && isObject(other)) return differencesOf('', one, other, false).length === 0;
  const plain = (value: unknown) => (typeof value === 'number' ? String(value) : value);
  if (isAmount(one) && isAmount(other)) return Number(one) === Number(other);
  return plain(one) === plain(other);
}

function isAmount(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && /^\d+(\.\d+)?$/.test(value));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Reads the schema as data: which leaves exist, what they expect, what they are without a value. The environment, the
 * reference page and "did you mean" all follow from here, so that none of them can drift from the schema.
 */
import type { z } from 'zod';

export type Shape =
  | { readonly kind: 'group'; readonly members: Readonly<Record<string, Member>> }
  | { readonly kind: 'entries'; readonly entry: Shape }
  | { readonly kind: 'leaf'; readonly type: 'number' | 'boolean' | 'text' | 'list' | 'map' | 'other' };

export interface Member {
  readonly shape: Shape;
  readonly optional: boolean;
  readonly default: unknown;
  readonly expected: string;
  readonly description: string;
}

export interface Leaf extends Member {
  /** `['providers', '<name>', 'apiKey']`. */
  readonly path: readonly string[];
}

export function shapeOf(schema: z.core.$ZodType): Shape {
  const def = (schema as z.core.$ZodTypes)._zod.def;
  switch (def.type) {
    case 'object':
      return { kind: 'group', members: Object.fromEntries(Object.entries(def.shape).map(toMember)) };
    case 'record':
      return entriesOf(def.valueType);
    case 'optional':
    case 'default':
    case 'prefault':
      return shapeOf(def.innerType);
    case 'pipe':
      return shapeOf(def.in);
    case 'number':
      return { kind: 'leaf', type: 'number' };
    case 'boolean':
      return { kind: 'leaf', type: 'boolean' };
    case 'array':
      return { kind: 'leaf', type: 'list' };
    case 'string':
    case 'enum':
      return { kind: 'leaf', type: 'text' };
    default:
      return { kind: 'leaf', type: 'other' };
  }
}

/** All leaves in the order of the schema; entries of a record appear as `<name>`. */
export function listLeaves(shape: Shape, path: readonly string[] = []): Leaf[] {
  if (shape.kind === 'leaf') return [];
  if (shape.kind === 'entries') return listLeaves(shape.entry, [...path, '<name>']);
  return Object.entries(shape.members).flatMap(([name, member]) =>
    member.shape.kind === 'leaf' ? [{ ...member, path: [...path, name] }] : listLeaves(member.shape, [...path, name]),
  );
}

/** The member at a path of a configuration, following entries by any name. */
export function memberAt(shape: Shape, path: readonly string[]): Member | undefined {
  let current: Shape = shape;
  let member: Member | undefined;
  for (const part of path) {
    if (current.kind === 'entries') {
      current = current.entry;
      member = undefined;
    } else if (current.kind === 'group' && Object.hasOwn(current.members, part)) {
      member = current.members[part];
      if (!member) return undefined;
      current = member.shape;
    } else return undefined;
  }
  return member;
}

/** The shape at a path, or undefined where the schema has nothing. */
export function shapeAt(shape: Shape, path: readonly string[]): Shape | undefined {
  let current: Shape | undefined = shape;
  for (const part of path) {
    if (current?.kind === 'entries') current = current.entry;
    else if (current?.kind === 'group' && Object.hasOwn(current.members, part)) current = current.members[part]?.shape;
    else return undefined;
  }
  return current;
}

function toMember([name, schema]: [string, z.core.$ZodType]): [string, Member] {
  let inner = schema as z.core.$ZodTypes;
  let optional = false;
  let fallback: unknown;
  const meta = { expected: '', description: '' };
  for (;;) {
    const known = (inner as unknown as z.ZodType).meta();
    meta.description ||= known?.description ?? '';
    meta.expected ||= String(known?.expected ?? '');
    const def = inner._zod.def;
    if (def.type === 'optional') optional = true;
    else if (def.type === 'default' || def.type === 'prefault') fallback ??= def.defaultValue;
    else return [name, { shape: shapeOf(schema), optional, default: fallback, ...meta }];
    inner = def.innerType as z.core.$ZodTypes;
  }
}

/** A record of groups is a section of named entries; one of plain values is itself a leaf. */
function entriesOf(schema: z.core.$ZodType): Shape {
  if ((schema as z.core.$ZodTypes)._zod.def.type === 'unknown') return { kind: 'leaf', type: 'other' };
  const entry = shapeOf(schema);
  return entry.kind === 'leaf' ? { kind: 'leaf', type: 'map' } : { kind: 'entries', entry };
}

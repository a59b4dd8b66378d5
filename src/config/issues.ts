/** Turns what the schema refuses into problems with a place, the value and a remedy. */
import type { z } from 'zod';
import { nearest } from '../lib/nearest.ts';
import { isRecord, pathKey, valueAt } from './document.ts';
import { type Problem, showValue } from './problem.ts';
import { memberAt, type Shape, shapeAt } from './shape.ts';

/** What is known of a value beside the value itself. */
/** The source of options. */
export const commandLine = 'command line';

export interface Origins {
  /** `file:line` or the variable's name. */
  sourceOf(path: readonly string[]): string | undefined;
  /** Values put together from the environment are never shown. */
  readonly hidden: ReadonlySet<string>;
  readonly variables: ReadonlyMap<string, string>;
}

export function toProblems(
  issues: readonly z.core.$ZodIssue[],
  tree: unknown,
  shape: Shape,
  origins: Origins,
): Problem[] {
  return issues.flatMap((issue) => toProblem(issue, issue.path.map(String), tree, shape, origins));
}

function toProblem(
  issue: z.core.$ZodIssue,
  path: readonly string[],
  tree: unknown,
  shape: Shape,
  origins: Origins,
): Problem[] {
  const value = valueAt(tree, path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey([...path, key], path, tree, shape, origins));
  }
  if (issue.code === 'invalid_union' && isRecord(value)) {
    const inner = issue.errors.at(-1) ?? [];
    return inner.flatMap((each) => toProblem(each, [...path, ...each.path.map(String)], tree, shape, origins));
  }
  const at = { path: path.join('.'), source: origins.sourceOf(path) };
  const shown = showOrHide(path, value, origins);
  if (issue.code === 'invalid_key') {
    const expected = issue.issues[0]?.message ?? 'a name';
    return [{ ...at, value: JSON.stringify(path.at(-1)), expected, remedy: 'Choose another name.' }];
  }
  if (issue.code === 'custom' && typeof issue.params?.notYet === 'string') {
    const expected = `is ${shown ?? 'set'}, and this version of Tollgate cannot do that yet (${issue.message})`;
    return [{ ...at, expected, remedy: issue.params.notYet }];
  }
  if (shown === undefined) {
    const expected = `is missing, expected ${expectedOf(issue)}`;
    return [{ ...at, source: at.source ?? origins.sourceOf(path.slice(0, -1)), expected, remedy: 'Add it.' }];
  }
  return [{ ...at, value: shown, expected: expectedOf(issue), remedy: remedyOf(path, shape, origins) }];
}

function expectedOf(issue: z.core.$ZodIssue): string {
  const isGroup = issue.code === 'invalid_type' && (issue.expected === 'object' || issue.expected === 'record');
  return isGroup ? 'a group of settings ("name: value" lines)' : issue.message;
}

function unknownKey(
  path: readonly string[],
  parent: readonly string[],
  tree: unknown,
  shape: Shape,
  origins: Origins,
): Problem {
  const here = shapeAt(shape, parent);
  const names = here?.kind === 'group' ? Object.keys(here.members) : targetKeys;
  const guess = nearest(path.at(-1) ?? '', names);
  const remedy = guess ? `Did you mean ${[...parent, guess].join('.')}?` : `Known here: ${names.join(', ')}.`;
  const shown = showOrHide(path, valueAt(tree, path), origins);
  const expected = `is not a setting${shown === undefined || shown.startsWith('a ') ? '' : ` (its value is ${shown})`}`;
  return { path: path.join('.'), source: origins.sourceOf(path), expected, remedy };
}

/** A route's target is a union, which has no shape of its own. */
const targetKeys = ['model', 'timeouts', 'connectMs', 'firstTokenMs', 'wholeMs', 'idleMs', 'totalMs'];

function remedyOf(path: readonly string[], shape: Shape, origins: Origins): string {
  const variable = origins.variables.get(pathKey(path));
  if (variable === commandLine) return 'Correct the option.';
  if (variable) return `Correct or unset ${variable}.`;
  const member = memberAt(shape, path);
  if (member?.default !== undefined && typeof member.default !== 'object') {
    return `Correct it, or remove the line for the default (${String(member.default)}).`;
  }
  return member?.optional ? 'Correct it, or remove the line.' : 'Correct it.';
}

function showOrHide(path: readonly string[], value: unknown, origins: Origins): string | undefined {
  if (value === undefined) return undefined;
  const hidden = origins.hidden.has(pathKey(path)) && !origins.variables.has(pathKey(path));
  return hidden && typeof value === 'string'
    ? `a text of ${value.length} characters from the environment`
    : showValue(path, value);
}

/**
 * The four kinds of settings files. Each one is read into a tree, and takes new values for some of its leaves without
 * touching the rest of the text: other settings, their order, comments.
 */
import { parse as parseToml, patch } from '@decimalturn/toml-patch';
import { applyEdits, modify, type ParseError, parse as parseJsonc, printParseErrorCode } from 'jsonc-parser';
import { Document, parseDocument } from 'yaml';

export type FormatName = 'json' | 'toml' | 'yaml' | 'dotenv';
/** Settings by name. A list's entries are found by their `name` or `id`; all that is not named here stays as it is. */
export interface Tree {
  readonly [name: string]: string | number | boolean | undefined | Tree | readonly Tree[];
}

type Path = readonly (string | number)[];

/** A file that cannot be read as what it should be; `message` says where, and quotes nothing of it. */
export class BrokenFile extends Error {
  override readonly name = 'BrokenFile';
}

interface Leaf {
  readonly path: Path;
  readonly value: string | number | boolean;
}

interface Format {
  /** Throws BrokenFile. An empty text is an empty tree. */
  read(text: string): Record<string, unknown>;
  write(text: string, leaves: readonly Leaf[]): string;
}

/**
 * The text with these settings in it; the same text when they are there already. `defaults` never replace a value.
 * Throws BrokenFile.
 */
export function mergeSettings(name: FormatName, text: string, settings: Tree, defaults: Tree = {}): string {
  const format = formats[name];
  const present = format.read(text);
  const missing = leavesOf(defaults, present).filter(({ path }) => valueAt(present, path) === undefined);
  const changed = leavesOf(settings, present).filter(({ path, value }) => valueAt(present, path) !== value);
  const leaves = [...missing, ...changed];
  return leaves.length === 0 ? text : format.write(text, leaves);
}

/** What stands in the file where each of these settings would be. Throws BrokenFile. */
export function readSettings(
  name: FormatName,
  text: string,
  settings: Tree,
): readonly { readonly asked: string | number | boolean; readonly found: unknown }[] {
  const present = formats[name].read(text);
  return leavesOf(settings, present).map(({ path, value }) => ({ asked: value, found: valueAt(present, path) }));
}

/** JSON with the comments and commas that editors allow in settings. */
const json: Format = {
  read(text) {
    if (text.trim() === '') return {};
    const errors: ParseError[] = [];
    const value: unknown = parseJsonc(text, errors, { allowTrailingComma: true });
    const [first] = errors;
    if (first !== undefined)
      throw new BrokenFile(`${printParseErrorCode(first.error)} in ${lineOf(text, first.offset)}`);
    return asTree(value);
  },
  write(text, leaves) {
    const indent = /^([ \t]+)\S/m.exec(text)?.[1] ?? '  ';
    const formattingOptions = {
      insertSpaces: !indent.startsWith('\t'),
      tabSize: indent.length,
      eol: text.includes('\r\n') ? '\r\n' : '\n',
    };
    let merged = text.trim() === '' ? '{}\n' : text;
    for (const { path, value } of leaves)
      merged = applyEdits(merged, modify(merged, [...path], value, { formattingOptions }));
    return merged;
  },
};

const toml: Format = {
  read(text) {
    try {
      return asTree(parseToml(text));
    } catch (error) {
      if (error instanceof BrokenFile) throw error;
      const [, line] = /\((\d+), \d+\)/.exec(String(error)) ?? [];
      throw new BrokenFile(line === undefined ? 'it is not TOML' : `it is not TOML in line ${line}`);
    }
  },
  write(text, leaves) {
    const present = asTree(parseToml(text));
    const isNew = ({ path }: Leaf) => path.length > 1 && valueAt(present, path.slice(0, -1)) === undefined;
    const tree = asTree(parseToml(text));
    for (const { path, value } of leaves.filter((leaf) => !isNew(leaf))) setAt(tree, path, value);
    const patched = patch(text, tree);
    const added = leaves.filter(isNew);
    const appended = `${patched}${patched === '' ? '' : '\n'}${sectionsOf(added)}`;
    if (added.length === 0) return patched;
    if (isToml(appended)) return appended;
    // An inline table takes no section: it is for the library to write into.
    for (const { path, value } of added) setAt(tree, path, value);
    return patch(text, tree);
  },
};

function sectionsOf(leaves: readonly Leaf[]): string {
  const tables = Map.groupBy(leaves, ({ path }) => path.slice(0, -1).join('.'));
  const sections = [...tables].map(([table, members]) => {
    const lines = members.map(({ path, value }) => `${path.at(-1)} = ${JSON.stringify(value)}\n`);
    return `[${table}]\n${lines.join('')}`;
  });
  return sections.join('\n');
}

function isToml(text: string): boolean {
  try {
    parseToml(text);
    return true;
  } catch {
    return false;
  }
}

const yaml: Format = {
  read(text) {
    const document = parseDocument(text);
    const [first] = document.errors;
    if (first !== undefined) throw new BrokenFile(`it is not YAML in line ${first.linePos?.[0].line ?? 1}`);
    return asTree(document.toJS() ?? {});
  },
  write(text, leaves) {
    const document = text.trim() === '' ? new Document({}) : parseDocument(text);
    for (const { path, value } of leaves) document.setIn(path, value);
    return document.toString({ lineWidth: 0 });
  },
};

/** `NAME=value` lines; the values written here need no quotes. */
const dotenv: Format = {
  read(text) {
    const entries = text.split(/\r?\n/).flatMap((line) => {
      const [, name, value] = assignment.exec(line) ?? [];
      return name === undefined ? [] : [[name, value?.replace(/^(["'])(.*)\1$/, '$2')] as const];
    });
    return Object.fromEntries(entries);
  },
  write(text, leaves) {
    const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
    for (const { path, value } of leaves) {
      const isOurs = (line: string) => assignment.exec(line)?.[1] === path[0];
      const at = lines.findIndex(isOurs);
      const rest = lines.filter((line) => !isOurs(line));
      lines.splice(0, lines.length, ...rest);
      lines.splice(at < 0 ? lines.length : at, 0, `${path[0]}=${value}`);
    }
    return `${lines.join('\n')}\n`;
  },
};

const assignment = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/;
const formats: Readonly<Record<FormatName, Format>> = { json, toml, yaml, dotenv };

/** Where each value goes; a list's entry goes to the one of the same `name` or `id`, or behind the last. */
function leavesOf(settings: Tree, present: unknown, at: Path = []): Leaf[] {
  if (present !== undefined && present !== null && !isTree(present)) throw inTheWay(at);
  return Object.entries(settings).flatMap(([name, value]) => {
    const path = [...at, name];
    const below = isTree(present) ? present[name] : undefined;
    if (value === undefined) return [];
    if (typeof value !== 'object') return [{ path, value }];
    return isList(value) ? listLeaves(value, below, path) : leavesOf(value, below, path);
  });
}

function listLeaves(entries: readonly Tree[], present: unknown, at: Path): Leaf[] {
  if (present !== undefined && present !== null && !Array.isArray(present)) throw inTheWay(at);
  const list: readonly unknown[] = Array.isArray(present) ? present : [];
  let end = list.length;
  return entries.flatMap((entry) => {
    const key = entry.name === undefined ? 'id' : 'name';
    const found = list.findIndex((other) => isTree(other) && other[key] === entry[key]);
    return leavesOf(entry, list[found], [...at, found < 0 ? end++ : found]);
  });
}

function inTheWay(at: Path): BrokenFile {
  return new BrokenFile(`"${at.join('.')}" holds something else than settings`);
}

function valueAt(tree: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, part) => (value as Record<string | number, unknown> | undefined)?.[part], tree);
}

function setAt(tree: Record<string, unknown>, path: Path, value: unknown): void {
  let below: Record<string | number, unknown> = tree;
  path.slice(0, -1).forEach((part, depth) => {
    below[part] ??= typeof path[depth + 1] === 'number' ? [] : {};
    below = below[part] as Record<string | number, unknown>;
  });
  below[path.at(-1) ?? ''] = value;
}

function asTree(value: unknown): Record<string, unknown> {
  if (!isTree(value)) throw new BrokenFile('it does not hold settings by name');
  return value;
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(value: Tree | readonly Tree[]): value is readonly Tree[] {
  return Array.isArray(value);
}

function lineOf(text: string, offset: number): string {
  return `line ${text.slice(0, offset).split('\n').length}`;
}

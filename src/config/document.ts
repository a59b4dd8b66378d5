/**
 * From the file's text to plain values that remember where they stand. `${NAME}` and `${NAME:-default}` are replaced
 * in scalars after parsing, so that no value of the environment can change the file's structure.
 */
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from 'yaml';
import type { Problem } from './problem.ts';

export interface RawFile {
  readonly tree: Record<string, unknown>;
  /** `file:line` by path, written with `pathKey`. */
  readonly lines: ReadonlyMap<string, string>;
  /** Paths whose value holds something from the environment: never shown. */
  readonly fromEnvironment: ReadonlySet<string>;
  readonly problems: readonly Problem[];
}

export type Environment = Readonly<Record<string, string | undefined>>;

const nodesMax = 100_000;
const depthMax = 32;

export function pathKey(path: readonly PropertyKey[]): string {
  return path.map(String).join('\u0000');
}

/** Never throws: what cannot be read is in `problems`. */
export function readDocument(text: string, file: string, env: Environment): RawFile {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: true, logLevel: 'error' });
  const reader = new Reader(document, file, lineCounter, env);
  for (const error of [...document.errors, ...document.warnings]) {
    if (error.code === 'MULTIPLE_DOCS') {
      reader.report([], error.pos[0], 'begins a second document ("---")', 'Keep one: only the first would count.');
      continue;
    }
    reader.report(
      [],
      error.pos[0],
      `is not valid YAML: ${firstLine(error.message)}`,
      'Correct the line, or the one before it.',
    );
  }
  const value = document.errors.length > 0 || document.contents === null ? {} : reader.read(document.contents, [], 0);
  if (isRecord(value)) return { ...reader.result(), tree: value };
  reader.report([], 0, 'the file must hold settings as "name: value" lines', 'See docs/reference/configuration.md.');
  return { ...reader.result(), tree: {} };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What stands at a path; undefined where nothing does. */
export function valueAt(tree: unknown, path: readonly string[]): unknown {
  let value = tree;
  for (const part of path) {
    if (Array.isArray(value)) value = value[Number(part)];
    else value = isRecord(value) && Object.hasOwn(value, part) ? value[part] : undefined;
  }
  return value;
}

class Reader {
  readonly #document: Document;
  readonly #file: string;
  readonly #lineCounter: LineCounter;
  readonly #env: Environment;
  readonly #lines = new Map<string, string>();
  readonly #fromEnvironment = new Set<string>();
  readonly #problems: Problem[] = [];
  #nodes = 0;

  constructor(document: Document, file: string, lineCounter: LineCounter, env: Environment) {
    this.#document = document;
    this.#file = file;
    this.#lineCounter = lineCounter;
    this.#env = env;
  }

  result() {
    return { lines: this.#lines, fromEnvironment: this.#fromEnvironment, problems: this.#problems };
  }

  report(path: readonly string[], offset: number | undefined, expected: string, remedy: string): void {
    this.#problems.push({ path: path.join('.'), source: this.#at(offset), expected, remedy });
  }

  /** Depth and node count are bounded: aliases can make a small file endless. */
  read(node: unknown, path: readonly string[], depth: number): unknown {
    this.#nodes++;
    if (this.#nodes > nodesMax || depth > depthMax) {
      if (this.#nodes <= nodesMax + 1) this.report(path, offsetOf(node), 'too deep or too large', 'Simplify the file.');
      this.#nodes = nodesMax + 1;
      return undefined;
    }
    if (isAlias(node)) return this.read(node.resolve(this.#document), path, depth + 1);
    this.#remember(path, node);
    if (isMap(node)) return this.#readMap(node.items, path, depth);
    if (isSeq(node)) return node.items.map((item, i) => this.read(item, [...path, String(i)], depth + 1));
    if (isScalar(node)) return typeof node.value === 'string' ? this.#substitute(node.value, path, node) : node.value;
    return undefined;
  }

  #readMap(items: readonly Pair[], path: readonly string[], depth: number): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    for (const { key, value } of items) {
      const name = isScalar(key) ? String(key.value) : undefined;
      if (name === undefined || name === '__proto__') {
        this.report(path, offsetOf(key), 'has a key that is not plain text', 'Use a plain name.');
        continue;
      }
      const at = [...path, name];
      this.#remember(at, key);
      result[name] = value === null ? null : this.read(value, at, depth + 1);
    }
    return result;
  }

  #substitute(value: string, path: readonly string[], node: Node): string {
    if (!value.includes('${')) return value;
    return value.replace(/\$?\$\{([^}]*)\}?/g, (whole: string, inner: string) => {
      if (whole.startsWith('$$')) return whole.slice(1);
      const match = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s.exec(inner);
      if (!match || !whole.endsWith('}')) {
        const remedy = 'Write ${NAME} or ${NAME:-default}; write $${ for the two characters themselves.';
        this.report(path, offsetOf(node), 'holds a "${" that names no environment variable', remedy);
        return '';
      }
      this.#fromEnvironment.add(pathKey(path));
      const [, name = '', fallback] = match;
      const found = this.#env[name];
      if (found !== undefined && found !== '') return found;
      if (fallback !== undefined) return fallback;
      const remedy = `Set ${name}, or write \${${name}:-default} to go without it.`;
      this.report(path, offsetOf(node), `reads the environment variable ${name}, which is not set`, remedy);
      return '';
    });
  }

  #remember(path: readonly string[], node: unknown): void {
    const key = pathKey(path);
    if (!this.#lines.has(key)) this.#lines.set(key, this.#at(offsetOf(node)));
  }

  #at(offset: number | undefined): string {
    return offset === undefined ? this.#file : `${this.#file}:${this.#lineCounter.linePos(offset).line || 1}`;
  }
}

function offsetOf(node: unknown): number | undefined {
  return (node as Node | null)?.range?.[0];
}

function firstLine(text: string): string {
  return text.split('\n')[0]?.replace(/[.:\s]+$/, '') ?? '';
}

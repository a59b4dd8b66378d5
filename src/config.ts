/**
 * File, environment and defaults become one frozen Config. Every mistake is found in one go and thrown as one
 * ConfigError; a value that this version cannot honour is a mistake too, never silently ignored.
 */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { crossCheck } from './config/checks.ts';
import { type Environment, isRecord, pathKey, type RawFile, readDocument } from './config/document.ts';
import { coerce, overlayEnvironment } from './config/environment.ts';
import { commandLine, type Origins, toProblems } from './config/issues.ts';
import { ConfigError } from './config/problem.ts';
import { configSchema, type FileConfig } from './config/schema.ts';
import { shapeOf } from './config/shape.ts';
import type { Provider } from './providers/provider.ts';

export { ConfigError } from './config/problem.ts';

export interface Config extends DeepReadonly<FileConfig> {
  /** The file that was read; absent when there was none. */
  readonly file?: string;
  /** For the log: what looks unintended but is no mistake. */
  readonly warnings: readonly string[];
}

export interface ConfigSources {
  /** `--config` or TOLLGATE_CONFIG. Absent: `tollgate.yaml` in the working directory, if there is one. */
  readonly file?: string;
  readonly cwd: string;
  readonly env: Environment;
  /** Known vendors: their names and key variables. */
  readonly registry: readonly Provider[];
  /** Options of the command line, by path: they win over everything. */
  readonly flags?: Readonly<Record<string, string | undefined>>;
}

const fileBytesMax = 1_048_576;
const defaultNames = ['tollgate.yaml', 'tollgate.yml'];
export const configShape = shapeOf(configSchema);

/** Throws ConfigError, and nothing else, with every mistake. */
export function loadConfig(sources: ConfigSources): Config {
  const found = readFile(sources);
  return parseConfig(found?.text ?? '', { ...sources, file: found?.file });
}

/** The same for a text that is at hand. `file` is for messages only. */
export function parseConfig(text: string, sources: ConfigSources): Config {
  const { env, registry, file } = sources;
  const raw = readDocument(text, file ? path.basename(file) : 'configuration', env);
  const overlay = overlayEnvironment(raw.tree, configShape, env, registry);
  const flagSources = applyFlags(raw.tree, sources.flags ?? {});
  const tree = coerce(raw.tree, configShape) as Record<string, unknown>;
  const origins = originsOf(raw, new Map([...overlay.sources, ...flagSources]));
  const parsed = configSchema.safeParse(tree);
  const problems = [
    ...raw.problems,
    ...overlay.problems,
    ...toProblems(parsed.error?.issues ?? [], tree, configShape, origins),
    ...crossCheck(tree, registry, origins),
  ];
  // An unset variable leaves an empty text behind; its own message says more than the one about the empty text.
  const unset = new Set(raw.problems.map((problem) => problem.path));
  const listed = problems.filter((problem, i) => i < raw.problems.length || !unset.has(problem.path) || !problem.path);
  if (!parsed.success || listed.length > 0) throw new ConfigError(listed);
  return deepFreeze({
    ...parsed.data,
    ...(file ? { file } : {}),
    warnings: [...overlay.warnings, ...weakKeys(parsed.data)],
  });
}

function readFile({ file, cwd }: ConfigSources): { text: string; file: string } | undefined {
  const candidates = file ? [file] : defaultNames;
  for (const candidate of candidates) {
    const absolute = path.resolve(cwd, candidate);
    try {
      if (statSync(absolute).size > fileBytesMax) {
        throw fileProblem(absolute, `is larger than ${fileBytesMax} bytes`, 'Is it the right file?');
      }
      return { text: readFileSync(absolute, 'utf8'), file: absolute };
    } catch (error) {
      if (error instanceof ConfigError) throw error;
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'ENOENT' && !file) continue;
      if (code === 'ENOENT') throw fileProblem(absolute, 'does not exist', 'Check --config and TOLLGATE_CONFIG.');
      if (code === 'EISDIR') throw fileProblem(absolute, 'is a directory', 'Name the file itself.');
      throw fileProblem(absolute, `cannot be read (${code ?? 'unknown reason'})`, 'Check its permissions.');
    }
  }
  return undefined;
}

function fileProblem(file: string, expected: string, remedy: string): ConfigError {
  return new ConfigError([{ path: '', source: file, expected, remedy }]);
}

function applyFlags(
  tree: Record<string, unknown>,
  flags: Readonly<Record<string, string | undefined>>,
): Map<string, string> {
  const applied = new Map<string, string>();
  for (const [dotted, value] of Object.entries(flags)) {
    if (value === undefined) continue;
    const [section = '', leaf] = dotted.split('.');
    if (leaf === undefined) tree[section] = value;
    else {
      tree[section] ??= {};
      const group = tree[section];
      if (!isRecord(group)) continue;
      group[leaf] = value;
    }
    applied.set(pathKey(dotted.split('.')), commandLine);
  }
  return applied;
}

function originsOf(raw: RawFile, variables: ReadonlyMap<string, string>): Origins {
  const sourceOf = (at: readonly string[]): string | undefined => {
    for (let length = at.length; length > 0; length--) {
      const key = pathKey(at.slice(0, length));
      const source = variables.get(key) ?? raw.lines.get(key);
      if (source) return source;
    }
    return undefined;
  };
  return { sourceOf, hidden: raw.fromEnvironment, variables };
}

function weakKeys({ keys }: FileConfig): string[] {
  return Object.entries(keys)
    .filter(([, { key }]) => key.length < 24)
    .map(([name]) => `keys.${name}.key is shorter than 24 characters and may be guessed. Use "tollgate keys create".`);
}

type DeepReadonly<T> = T extends readonly (infer E)[]
  ? readonly DeepReadonly<E>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) deepFreeze(member);
  }
  return value;
}

/** What is wrong with a configuration, in words that say where, what was found, what was expected and what to do. */
import { secretShapes } from '../lib/secret-shapes.ts';

export interface Problem {
  /** `server.port`, `providers.openai.apiKey`. Empty for the file as a whole. */
  readonly path: string;
  /** `tollgate.yaml:12`, or the environment variable that the value came from. */
  readonly source?: string;
  /** What was found, masked where it is or may be a secret. Absent when nothing was found. */
  readonly value?: string;
  /** `a whole number from 0 to 65535`, or a whole sentence about the mistake. */
  readonly expected: string;
  readonly remedy: string;
}

/** The only error that loading a configuration throws. Its message lists every mistake, ready for a terminal. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(renderProblems(problems));
    this.problems = problems;
  }
}

export function renderProblems(problems: readonly Problem[]): string {
  const head =
    problems.length === 1 ? 'The configuration has a mistake:' : `The configuration has ${problems.length} mistakes:`;
  return [head, ...problems.map((problem) => `  ${renderProblem(problem)}`)].join('\n');
}

function renderProblem({ path, source, value, expected, remedy }: Problem): string {
  const where = [path, source && (path ? `(${source})` : source)].filter(Boolean).join(' ');
  const what = value === undefined ? expected : `is ${value}, expected ${expected}`;
  return `${where}: ${what.replace(/[.:\s]+$/, '')}. ${remedy}`;
}

/** Leaves whose value is a secret, wherever they stand. */
const secretLeaves = new Set(['apikey', 'key', 'password', 'secret', 'token']);
const secrets = secretShapes(8);
const shownCharsMax = 60;

/** A value as it may be printed: secrets by length only, passwords in addresses replaced, long text cut. */
export function showValue(path: readonly string[], value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return 'a group of settings';
  const leaf = (path.at(-1) ?? '').toLowerCase().replaceAll(/[-_]/g, '');
  const named = [...secretLeaves].some((name) => leaf === name || leaf.endsWith(name));
  if (typeof value !== 'string') return named ? `a hidden ${typeof value}, not a text in quotes` : String(value);
  if (
    named ||
    path[0] === 'keys' ||
    path[0] === 'stripe' ||
    path.includes('headers') ||
    secrets.some((shape) => value.search(shape) >= 0)
  ) {
    return `a hidden text of ${value.length} characters`;
  }
  const open = leaf.endsWith('url') || value.includes('://') ? hideInAddress(value) : value;
  return JSON.stringify(open.length > shownCharsMax ? `${open.slice(0, shownCharsMax)}…` : open);
}

/** Also of an address that is none: the password is often what makes it one. */
function hideInAddress(address: string): string {
  return address.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, '$1***@').replace(/([?&;][^=&;]*=)[^&;#]*/g, '$1***');
}

/**
 * The environment's part of the configuration: `TOLLGATE_SECTION_LEAF` for every leaf, DATABASE_URL, REDIS_URL and the
 * vendors' own key variables. A `TOLLGATE_` variable wins over the file; the general ones only fill what it leaves out.
 */

import { nearest } from '../lib/nearest.ts';
import type { Provider, Setting } from '../providers/provider.ts';
import { type Environment, isRecord, pathKey, valueAt } from './document.ts';
import type { Problem } from './problem.ts';
import { listLeaves, type Shape, shapeAt } from './shape.ts';

export interface Overlay {
  /** Variable by path, for leaves that came from the environment. */
  readonly sources: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

const prefix = 'TOLLGATE_';
/** Ours, but not leaves: the file itself, and a key that examples and clients read. */
const reserved = new Set(['TOLLGATE_CONFIG', 'TOLLGATE_KEY']);
/** What Kubernetes puts into every container when a service is called `tollgate`. */
const serviceLink = /^TOLLGATE_(.*_)?(SERVICE_(HOST|PORT)(_.*)?|PORT(_\d+_(TCP|UDP).*)?)$/;

/** `['server', 'limits', 'bodyBytesMax']` is `TOLLGATE_SERVER_LIMITS_BODY_BYTES_MAX`. */
export function environmentName(path: readonly string[]): string {
  const words = path.map((part) =>
    part === '<name>'
      ? part
      : part
          .replace(/([a-z])([A-Z])/g, '$1_$2')
          .replaceAll(/[^A-Za-z0-9]+/g, '_')
          .toUpperCase(),
  );
  return prefix + words.join('_');
}

/** Writes the environment's leaves into `tree`. */
export function overlayEnvironment(
  tree: Record<string, unknown>,
  shape: Shape,
  env: Environment,
  registry: readonly Provider[],
): Overlay {
  const sources = new Map<string, string>();
  const problems: Problem[] = [];
  const warnings: string[] = [];
  const known = knownNames(tree, shape, env, registry);
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith(prefix) || reserved.has(name) || value === undefined || value === '') continue;
    if (serviceLink.test(name) && /^tcp:\/\/|^[\d.]+$/.test(value) && !known.has(name)) continue;
    const path = known.get(name);
    if (!path) unknownName(name, [...known.keys()], shape, problems, warnings);
    else if (setAt(tree, path, value)) sources.set(pathKey(path), name);
  }
  fillGeneral(tree, env, registry, sources, warnings);
  return { sources, problems, warnings };
}

/** Every name that could be meant: all static leaves, and those of each entry that exists or that a vendor has. */
function knownNames(
  tree: Record<string, unknown>,
  shape: Shape,
  env: Environment,
  registry: readonly Provider[],
): Map<string, readonly string[]> {
  const names = new Map<string, readonly string[]>();
  for (const { path } of listLeaves(shape)) {
    for (const own of entryPaths(path, tree, env, registry)) {
      const name = environmentName(own);
      if (!names.has(name)) names.set(name, own);
    }
  }
  return names;
}

/** A leaf's path for each entry that it may belong to; entries within entries only where the file has them. */
function entryPaths(
  path: readonly string[],
  tree: Record<string, unknown>,
  env: Environment,
  registry: readonly Provider[],
): readonly (readonly string[])[] {
  const at = path.indexOf('<name>');
  if (at < 0) return [path];
  const above = path.slice(0, at);
  const section = valueAt(tree, above);
  const entries =
    at === 1 ? entryNames(section, above[0] ?? '', env, registry) : Object.keys(isRecord(section) ? section : {});
  return [...entries].flatMap((entry) => entryPaths(path.with(at, entry), tree, env, registry));
}

function entryNames(section: unknown, name: string, env: Environment, registry: readonly Provider[]): Set<string> {
  const entries = new Set(isRecord(section) ? Object.keys(section) : []);
  if (name !== 'providers') return entries;
  for (const { id } of registry) entries.add(id);
  for (const variable of Object.keys(env)) {
    const own = /^TOLLGATE_PROVIDERS_([A-Z0-9_]+)_(?:TYPE|BASE_URL)$/.exec(variable)?.[1];
    const written = own && [...entries].some((entry) => environmentName([entry]) === prefix + own);
    if (own && !written) entries.add(own.toLowerCase().replaceAll('_', '-'));
  }
  return entries;
}

function unknownName(
  name: string,
  known: readonly string[],
  shape: Shape,
  problems: Problem[],
  warnings: string[],
): void {
  const guess = nearest(name, known);
  const members = shape.kind === 'group' ? Object.entries(shape.members) : [];
  const ours = members.find(([section]) => name.startsWith(`${environmentName([section])}_`));
  const hint =
    ours?.[1].shape.kind === 'entries'
      ? `The file must have the entry of ${ours[0]} that it belongs to.`
      : 'See docs/reference/configuration.md for all names.';
  const remedy = guess ? `Did you mean ${guess}?` : hint;
  if (ours) problems.push({ path: name, source: 'environment', expected: 'is not a setting', remedy });
  else warnings.push(`The environment variable ${name} is not a setting of Tollgate and has no effect. ${remedy}`);
}

/** False when something that is not a group stands in the way; the schema reports that. */
function setAt(tree: Record<string, unknown>, path: readonly string[], value: unknown): boolean {
  let group = tree;
  for (const part of path.slice(0, -1)) {
    group[part] ??= {};
    const next = group[part];
    if (!isRecord(next)) return false;
    group = next;
  }
  group[path.at(-1) ?? ''] = value;
  return true;
}

function fillGeneral(
  tree: Record<string, unknown>,
  env: Environment,
  registry: readonly Provider[],
  sources: Map<string, string>,
  warnings: string[],
): void {
  const fill = (path: readonly string[], name: string) => {
    if (isAbsent(valueAt(tree, path)) && setAt(tree, path, env[name])) sources.set(pathKey(path), name);
  };
  if (env.DATABASE_URL) fill(['database', 'url'], 'DATABASE_URL');
  if (env.STRIPE_SECRET_KEY) fill(['stripe', 'secretKey'], 'STRIPE_SECRET_KEY');
  if (env.STRIPE_WEBHOOK_SECRET) fill(['stripe', 'webhookSecrets'], 'STRIPE_WEBHOOK_SECRET');
  if (env.REDIS_URL) fill(['redis', 'url'], 'REDIS_URL');
  for (const vendor of registry) fillVendor(vendor, tree, env, fill, warnings);
}

/**
 * A vendor's own variables. Its key turns it on, unless something that it cannot do without is nowhere: many of these
 * variables stand in an environment for other programs. Its settings are read only where it is on.
 */
function fillVendor(
  vendor: Provider,
  tree: Record<string, unknown>,
  env: Environment,
  fill: (path: readonly string[], name: string) => void,
  warnings: string[],
): void {
  const { id, name, keyEnv, baseUrlEnv = [], settings = [] } = vendor;
  const set = (names: readonly string[]) => names.find((candidate) => env[candidate]);
  const at = ['providers', id];
  const entry = valueAt(tree, at);
  if (isRecord(entry) && entry.type !== undefined) return;
  const key = set(keyEnv);
  const address = set(baseUrlEnv);
  if (entry === undefined) {
    if (key === undefined) return;
    const lacking = settings.filter(
      (setting) => isNeeded(setting, vendor, address !== undefined) && set(setting.env ?? []) === undefined,
    );
    if (lacking.length > 0) {
      const names = lacking.map((each) => [...(each.env ?? []), `providers.${id}.${each.name}`].join(' or '));
      warnings.push(`${key} is set, but ${name} stays off: it also needs ${names.join(' and ')}.`);
      return;
    }
  }
  if (key !== undefined) fill([...at, 'apiKey'], key);
  if (address !== undefined) fill([...at, 'baseUrl'], address);
  for (const setting of settings) {
    const variable = set(setting.env ?? []);
    if (variable !== undefined) fill([...at, setting.name], variable);
  }
}

/** A setting that is only a part of the vendor's address is not missed where another address is given. */
export function isNeeded({ name, required }: Setting, vendor: Provider, hasAddress: boolean): boolean {
  return required === true && !(hasAddress && vendor.baseUrl.includes(`{${name}}`));
}

/** An empty line or text in the file leaves the leaf open. */
function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

/**
 * Text from the environment becomes what the leaf wants, empty text and empty lines become absence, and an empty entry
 * (`ollama:` with nothing after it) becomes an entry with defaults.
 */
export function coerce(value: unknown, shape: Shape, at: readonly string[] = []): unknown {
  const here = shapeAt(shape, at);
  if (isRecord(value) && (here?.kind === 'group' || here?.kind === 'entries')) {
    const entries = Object.entries(value).map(([name, member]) => {
      if (isAbsent(member))
        return [name, here.kind === 'entries' && here.entry.kind === 'group' ? {} : undefined] as const;
      return [name, coerce(member, shape, [...at, name])] as const;
    });
    const isKnown = (name: string) => here.kind === 'entries' || Object.hasOwn(here.members, name);
    return Object.fromEntries(entries.filter(([name, member]) => member !== undefined || !isKnown(name)));
  }
  if (here?.kind !== 'leaf' || typeof value !== 'string') return value;
  if (here.type === 'number' && /^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  if (here.type === 'boolean' && /^(true|false)$/.test(value)) return value === 'true';
  if (here.type === 'map') return namesWithValues(value);
  if (here.type === 'list') return value.split(',').map((item) => item.trim());
  return value;
}

/** `a=1,b=2`. What is not of this form stays text, which the schema refuses in its own words. */
function namesWithValues(text: string): unknown {
  const pairs = text.split(',').map((pair) => /^\s*([^=\s]+)=(.*?)\s*$/s.exec(pair));
  if (pairs.some((pair) => pair === null)) return text;
  return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', pair?.[2] ?? '']));
}

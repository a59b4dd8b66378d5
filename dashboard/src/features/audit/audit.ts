/** How the audit log is asked, and what changed between two states. */

export const filterLabels = {
  action: 'Action',
  actorId: 'Who',
  resourceKind: 'Kind of thing',
  resourceId: 'Thing',
  requestId: 'Request id',
} as const;

export type FilterName = keyof typeof filterLabels;
export const filterNames = Object.keys(filterLabels) as readonly FilterName[];

type Search = Readonly<Partial<Record<FilterName, string | undefined>>>;

export function filterQuery(search: Search): Record<string, string> {
  return Object.fromEntries(filterNames.flatMap((name) => (search[name] === undefined ? [] : [[name, search[name]]])));
}

const verbs: Readonly<Record<string, string>> = {
  GET: 'Read',
  POST: 'Made',
  PATCH: 'Changed',
  PUT: 'Set',
  DELETE: 'Removed',
};

/** `POST /keys/{keyId}/rotate`: "Rotate · keys". What is no route is said as it is. */
export function describeAction(action: string): string {
  const [method = '', path] = action.split(' ');
  if (path === undefined) return sentence(action);
  const parts = path.split('/').filter((part) => part !== '' && part !== '{organizationId}');
  const last = parts.at(-1) ?? '';
  const before = parts.at(-2);
  const isVerb = method === 'POST' && before?.startsWith('{') === true;
  const thing = parts.findLast((part, i) => !part.startsWith('{') && !(isVerb && i === parts.length - 1)) ?? '';
  return `${isVerb ? sentence(last) : (verbs[method] ?? method)} · ${thing.replaceAll('-', ' ')}`;
}

function sentence(words: string): string {
  const text = words.replaceAll('-', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export interface Change {
  /** `limits.requestsPerMinute`. */
  readonly path: string;
  /** As JSON; undefined: it was not there. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Members that differ, by their path; of a state that is there alone, all that say something. */
export function changesOf(before: unknown, after: unknown): readonly Change[] {
  const was = flat(before);
  const is = flat(after);
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((path) => was.get(path) !== is.get(path))
    .filter((path) => !(was.size === 0 && is.get(path) === 'null') && !(is.size === 0 && was.get(path) === 'null'))
    .map((path) => ({ path, before: was.get(path), after: is.get(path) }));
}

function flat(state: unknown, path = '', into = new Map<string, string>()): Map<string, string> {
  if (typeof state === 'object' && state !== null && !Array.isArray(state)) {
    for (const [name, member] of Object.entries(state)) flat(member, path === '' ? name : `${path}.${name}`, into);
  } else if (path !== '') into.set(path, JSON.stringify(state));
  return into;
}

/** What a request was about, read from its route's path: `/organizations/{organizationId}/tax` is the tax of that one. */
import { hash } from 'node:crypto';

export interface Subject {
  /** The last collection that the path names, as the path writes it: `keys`, `organizations`, `automatic-top-up`. */
  readonly kind: string;
  /** Undefined where the path names none: what was made says its own. */
  readonly id: string | undefined;
}

/** `params`: what stands in the path's braces. */
export function subjectOf(path: string, params: Readonly<Record<string, string>>): Subject {
  const parts = path.split('/').filter((part) => part !== '');
  const inner = parts[0] === 'organizations' && parts.length > 2 ? parts.slice(2) : parts;
  const last = inner.findLastIndex((part) => part.startsWith('{'));
  const kind = inner[last > 0 ? last - 1 : 0] ?? '';
  const named = last > 0 ? params[(inner[last] ?? '').slice(1, -1)] : undefined;
  if (kind === 'end-users' && named !== undefined) return { kind, id: shownEndUser(named) };
  return { kind, id: named ?? (last < 0 && inner !== parts ? params.organizationId : undefined) };
}

/** The log outlives whoever is erased: it can be asked about a person whose name one knows, and tells nobody's. */
export function shownEndUser(name: string): string {
  return `sha256:${hash('sha256', name, 'hex').slice(0, 16)}`;
}

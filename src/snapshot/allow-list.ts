/** Which names a key may call: exact names, and patterns in which `*` stands for any characters (`openai/*`, `*`). */
import type { Key, Organization } from './snapshot.ts';

interface Listed extends Pick<Key, 'models'> {
  readonly organization?: Pick<Organization, 'models'>;
}

/**
 * Whether one of `names` (what the caller wrote, the route's name, the targets' `provider/name`) is on the key's list,
 * and on that of its organization's plan. No list allows everything, an empty list nothing.
 */
export function keyMayCall({ models, organization }: Listed, names: readonly string[]): boolean {
  return isListed(models, names) && isListed(organization?.models, names);
}

export function isListed(patterns: readonly string[] | undefined, names: readonly string[]): boolean {
  if (patterns === undefined) return true;
  return patterns.some((pattern) => names.some((name) => matchesPattern(pattern, name)));
}

/** Linear in the length of both: a pattern is an operator's text, but the name is the caller's. */
export function matchesPattern(pattern: string, name: string): boolean {
  const parts = pattern.split('*');
  const first = parts[0] ?? '';
  if (parts.length === 1) return name === pattern;
  const last = parts.at(-1) ?? '';
  if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last)) return false;
  const end = name.length - last.length;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = name.indexOf(part, at);
    if (found === -1 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

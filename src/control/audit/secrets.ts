/** What the audit log must never hold: members that are secrets by their name, and texts that are by their look. */

const secretNames =
  /^(key|code|codes|link|url|uri)$|secret|password|token$|apiKey|credentials?$|privateKey|sealed|otp/i;
const secretTexts = /\b(tgm?|sk|pk|rk|whsec|xox[a-z]|ghp|AKIA)[-_][A-Za-z0-9_-]{12,}/;
const hidden = '(not kept)';

/** A copy: members and texts that are or may be secrets are replaced, whatever the depth. */
export function withoutSecrets(state: unknown): unknown {
  if (typeof state === 'string') return secretTexts.test(state) ? hidden : state;
  if (Array.isArray(state)) return state.map(withoutSecrets);
  if (typeof state !== 'object' || state === null) return state;
  const members = Object.entries(state).map(([name, member]) => [
    name,
    hides(name, member) ? hidden : withoutSecrets(member),
  ]);
  return Object.fromEntries(members);
}

/** A limit such as `tokensPerMinute` is a number, and `null` tells that there is none. */
function hides(name: string, member: unknown): boolean {
  return typeof member === 'string' && secretNames.test(name);
}

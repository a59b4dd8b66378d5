/**
 * What an answer says it was served with beyond a model's standard price. The price data has no prices for service tiers,
 * so such an answer is charged at the standard price and flagged: never silently.
 */

/** Words of the providers for the tier that the standard price is for. */
const standard = new Set(['default', 'standard', 'auto', 'on_demand', 'unspecified', 'not_available', 'global']);

/** `tier-unpriced:priority`; nothing for the standard tier and for what is no word. `kind` stands before the word. */
export function tierFlags(value: unknown, kind = ''): string[] {
  if (typeof value !== 'string' || value === '') return [];
  const word = value.toLowerCase().replaceAll(/[^a-z0-9_-]/g, '');
  return standard.has(word) ? [] : [`tier-unpriced:${kind}${word.slice(0, 40)}`];
}

/** A flag that says nothing against the counts. */
export function leavesCounts(flag: string): boolean {
  return flag.startsWith('fraction:') || flag.startsWith('tier-unpriced:') || flag.startsWith('unpriced:');
}

/**
 * The limits that a key, a project, an organization, a route or a model may have. What a name says is what is counted:
 * one table for the file, the API, the database, the commands and the gateway.
 */

export type LimitUnit = 'requests' | 'tokens' | 'input-tokens' | 'output-tokens';

interface LimitRule {
  readonly unit: LimitUnit;
  readonly window: 'minute' | 'day';
  /** As people see it in a list: `60 rpm`. */
  readonly short: string;
}

/** Counted in windows that slide. */
export const windowLimits = {
  requestsPerMinute: { unit: 'requests', window: 'minute', short: 'rpm' },
  requestsPerDay: { unit: 'requests', window: 'day', short: 'rpd' },
  tokensPerMinute: { unit: 'tokens', window: 'minute', short: 'tpm' },
  tokensPerDay: { unit: 'tokens', window: 'day', short: 'tpd' },
  inputTokensPerMinute: { unit: 'input-tokens', window: 'minute', short: 'itpm' },
  inputTokensPerDay: { unit: 'input-tokens', window: 'day', short: 'itpd' },
  outputTokensPerMinute: { unit: 'output-tokens', window: 'minute', short: 'otpm' },
  outputTokensPerDay: { unit: 'output-tokens', window: 'day', short: 'otpd' },
} as const satisfies Record<string, LimitRule>;

export type WindowLimitName = keyof typeof windowLimits;
export const windowLimitNames = Object.keys(windowLimits) as readonly WindowLimitName[];

export type LimitName = WindowLimitName | 'concurrentRequests';
export const limitNames: readonly LimitName[] = [...windowLimitNames, 'concurrentRequests'];

/** From 1 to `limitMax`; an absent one does not limit. `tokens` are input and output together. */
export type Limits = { readonly [Name in LimitName]?: number };

export const limitMax = 1_000_000_000;

/** Where two hold, the smaller one does. */
export function nearerLimits(one: Limits | null | undefined, other: Limits | null | undefined): Limits | undefined {
  if (!one || !other) return one ?? other ?? undefined;
  return Object.fromEntries(
    limitNames.flatMap((name) => {
      const value = Math.min(one[name] ?? Number.POSITIVE_INFINITY, other[name] ?? Number.POSITIVE_INFINITY);
      return value < Number.POSITIVE_INFINITY ? [[name, value]] : [];
    }),
  );
}

/** `60 rpm, 5 at once`. */
export function showLimits(limits: Limits | null | undefined): string {
  const shown = limitNames.flatMap((name) => {
    const value = limits?.[name];
    if (value === undefined) return [];
    return [`${value} ${name === 'concurrentRequests' ? 'at once' : windowLimits[name].short}`];
  });
  return shown.join(', ') || 'none';
}

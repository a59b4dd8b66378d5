/** What a plan offers, in words. */
import type { Limits, Plan } from '@tollgate/client';
import { formatCount, formatUsd, parseUsd } from '@/lib/format.ts';

const overages: Readonly<Record<Plan['overage'], string>> = {
  stop: 'Then requests stop until the next month',
  wallet: 'Then the wallet pays',
  invoice: 'Then more goes onto the next invoice',
};

export function offers(plan: Plan): readonly string[] {
  const { allowanceUsd, overage, models, markupBasisPoints, limits } = plan;
  return [
    parseUsd(allowanceUsd) === 0n ? 'No usage included' : `${formatUsd(allowanceUsd)} of usage each month`,
    overages[overage],
    ...(models === null ? ['All models'] : [`Models: ${models.join(', ')}`]),
    ...(markupBasisPoints === null ? [] : [`Providers’ prices and ${markupBasisPoints / 100}%`]),
    ...limitWords(limits),
  ];
}

const limitNames: Readonly<Record<keyof Limits, string>> = {
  requestsPerMinute: 'requests a minute',
  requestsPerDay: 'requests a day',
  tokensPerMinute: 'tokens a minute',
  tokensPerDay: 'tokens a day',
  inputTokensPerMinute: 'input tokens a minute',
  inputTokensPerDay: 'input tokens a day',
  outputTokensPerMinute: 'output tokens a minute',
  outputTokensPerDay: 'output tokens a day',
  concurrentRequests: 'requests at the same time',
};

function limitWords(limits: Limits | null): string[] {
  return Object.entries(limits ?? {}).map(
    ([name, limit]) => `${formatCount(limit)} ${limitNames[name as keyof Limits]}`,
  );
}

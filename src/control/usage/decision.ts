/** Why a request went where it went, as its usage row shows it. */
import { z } from 'zod';
import type { BriefDecision } from '../../routing/brief.ts';
import { usd } from '../api/fields.ts';

export const decision = z
  .object({
    route: z.string(),
    strategy: z.string().describe("The route's, or what the caller asked for instead: sort:price."),
    ranked: z
      .array(z.string())
      .describe('provider/name, in the order in which they were to be asked; the first eight.'),
    rankedCount: z.number(),
    scores: z.array(z.number().nullable()).describe('In the order of ranked; null: none, or its cost.'),
    rejected: z
      .array(z.object({ target: z.string(), filter: z.string() }))
      .describe('Who was not allowed or not able, and by which rule; the first eight.'),
    sticky: z
      .object({
        target: z.string(),
        kept: z.boolean(),
        why: z.string().nullable(),
        cachedTokens: z.number(),
      })
      .nullable()
      .describe('Where the conversation had been answered before.'),
    smart: z
      .object({ score: z.number(), tier: z.number(), rule: z.number().nullable() })
      .nullable()
      .describe('How complex it was taken to be: 0 routine, 1 complex.'),
    arm: z.string().nullable(),
    explored: z.boolean().describe('The first was asked to see how it does.'),
  })
  .meta({ id: 'Decision' });

/** What it would have cost at the provider's price: not for customers. */
export const decisionCosts = z.object({
  expectedUsd: z.array(usd.nullable()).describe('In the order of ranked, where the strategy went by cost.'),
  cacheWorthUsd: usd.nullable().describe("What the conversation's cache saved, or was lost with it."),
});

export function shownDecision(brief: BriefDecision): z.output<typeof decision> {
  const { route, strategy, ranked, rankedCount, scores, rejected, sticky, smart, arm, explored } = brief;
  return {
    route,
    strategy,
    ranked: [...ranked],
    rankedCount: rankedCount ?? ranked.length,
    scores: [...(scores ?? [])],
    rejected: [...(rejected ?? [])],
    sticky: sticky === undefined ? null : { ...sticky, why: sticky.why ?? null },
    smart: smart === undefined ? null : { ...smart, rule: smart.rule ?? null },
    arm: arm ?? null,
    explored: explored ?? false,
  };
}

export function shownCosts({ costsNanoUsd = [], sticky }: BriefDecision): z.output<typeof decisionCosts> {
  return {
    expectedUsd: costsNanoUsd.map((cost) => (cost === null ? null : BigInt(cost))),
    cacheWorthUsd: sticky === undefined ? null : BigInt(sticky.cacheWorthNanoUsd),
  };
}

/** Strategies that go by one figure of a target. */
import type { Candidate } from '../candidate.ts';
import { byScore, type Order } from './option.ts';

/** Without a price it is not asked at all: it goes last. */
const noPrice = Number.MAX_SAFE_INTEGER;

export const cheapest: Order = (options) => byScore(options, ({ costNanoUsd }) => -(costNanoUsd ?? noPrice));

export const fastest: Order = (options) => byScore(options, ({ expectedMs }) => -expectedMs);

/** The first token alone: OpenRouter's `sort: latency`. */
export const quickest: Order = (options) => byScore(options, ({ firstTokenMs }) => -firstTokenMs);

/** Tokens each second: OpenRouter's `sort: throughput`. */
export const swiftest: Order = (options) => byScore(options, ({ tokensPerSecond }) => tokensPerSecond);

/** Steps of half a percent: below that, one is as good as the other, and the order of the list decides. */
const steps = 200;

export const reliable: Order = (options) => byScore(options, reliabilityStep);

function reliabilityStep({ reliability }: Candidate): number {
  return Math.round(reliability * steps) / steps;
}

/**
 * What a route would have done with requests that were made: each is decided anew, by the code that decides, knowing what
 * it turned out to use. Nobody is asked. Pure.
 */
import { chargeNanoUsd } from '../../catalog/charge.ts';
import { inputTokensOf, type Usage } from '../../llm/usage.ts';
import type { RoutingAsk } from '../../routing/ask.ts';
import type { Candidate } from '../../routing/candidate.ts';
import { decide } from '../../routing/decide.ts';
import { type TargetMeasures, unmeasured } from '../../routing/measures.ts';
import { noPreferences } from '../../routing/preferences.ts';
import type { World } from '../../routing/world.ts';
import type { Route, Target } from '../../snapshot/snapshot.ts';

/** A request that was made, without a word of what it said. */
export interface PastRequest {
  readonly requestId: string;
  readonly keyId: string;
  readonly startedAtMs: number;
  readonly sessionId: string | null;
  readonly endUser: string | null;
  readonly tags: readonly string[];
  /** Null: nobody answered. */
  readonly served: string | null;
  readonly isWhole: boolean;
  readonly usage: Usage;
  readonly costNanoUsd: bigint;
  readonly totalMs: number;
}

/** How models did in those days. Undefined: none was asked then, so it is assumed. */
export type MeasuresOf = (model: string) => TargetMeasures | undefined;

export interface Outcome {
  /** Who would have been asked first; undefined: nobody may be. */
  readonly target: Target | undefined;
  /** What those tokens cost there, at the provider's price. Undefined: nobody knows. */
  readonly costNanoUsd: bigint | undefined;
  /** 0 to 1: that the first one, or those after it, give a whole answer. */
  readonly successShare: number;
  readonly totalMs: number;
  /** Latency and success of who is first are assumed. */
  readonly isAssumed: boolean;
}

/** After so many failures nobody waits any longer. */
const triesMax = 3;

export function replay(route: Route, request: PastRequest, measuresOf: MeasuresOf, random: () => number): Outcome {
  const { ranked } = decide(route, askOf(request), worldOf(request, measuresOf, random));
  const [first] = ranked;
  if (first === undefined)
    return { target: undefined, costNanoUsd: undefined, successShare: 0, totalMs: 0, isAssumed: false };
  const failures = ranked.slice(0, triesMax).map(({ measures }) => 1 - measures.successShare);
  const isSame = first.target.model.id === request.served;
  return {
    target: first.target,
    costNanoUsd: isSame ? request.costNanoUsd : costAt(first.target, request),
    successShare: 1 - failures.reduce((product, share) => product * share, 1),
    totalMs: isSame && request.isWhole ? request.totalMs : expectedMs(first),
    isAssumed: !isSame && measuresOf(first.target.model.id) === undefined,
  };
}

/** Of answers in one piece nobody measures a first token. */
function expectedMs({ measures: { firstTokenMs, totalMs }, expectedMs: expected }: Candidate): number {
  return firstTokenMs === undefined && totalMs !== undefined ? totalMs : expected;
}

function costAt({ model }: Target, { usage, startedAtMs }: PastRequest): bigint | undefined {
  const price = model.priceAt(startedAtMs);
  return price && chargeNanoUsd(price, usage);
}

function askOf(request: PastRequest): RoutingAsk {
  const { usage, keyId, endUser, sessionId, requestId, tags } = request;
  const subjects = {
    key: keyId,
    request: requestId,
    ...(endUser !== null && { user: endUser }),
    ...(sessionId !== null && { session: sessionId }),
  };
  const text = { lastUserText: '', earlierTurns: 0, toolsCount: 0, hasToolResults: false, mediaCount: 0 };
  return {
    keyId,
    inputTokens: inputTokensOf(usage),
    outputTokensMax: Math.max(usage.output, 1),
    needs: {
      ...(usage.imageInput > 0 && { image: true as const }),
      ...(usage.audioInput > 0 && { audio: true as const }),
      ...(usage.thinking > 0 && { thinking: true as const }),
    },
    preferences: noPreferences,
    mayCall: () => true,
    subjects,
    smartInput: () => ({ ...text, inputTokensEstimate: inputTokensOf(usage), tags }),
  };
}

/** Everybody is well: what is compared are rules, not the troubles of today. */
function worldOf({ startedAtMs, usage }: PastRequest, measuresOf: MeasuresOf, random: () => number): World {
  const habits = { sharedTokens: usage.cacheRead, tokensPerEstimated: 1, outputTokens: usage.output };
  return {
    nowMs: startedAtMs,
    random,
    measuresOf: ({ model }) => measuresOf(model.id) ?? unmeasured,
    stateOf: () => ({ state: 'up' }),
    habitsOf: () => habits,
  };
}

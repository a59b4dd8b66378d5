/**
 * The rules of other gateways, as their documentation states them; what it leaves open is said here and in
 * docs/routing.md.
 *
 * LiteLLM: https://docs.litellm.ai/docs/routing. OpenRouter: https://openrouter.ai/docs/features/provider-routing.
 */
import type { PriceVersion } from '../../src/catalog/catalog.ts';
import type { Target } from '../../src/snapshot/snapshot.ts';
import type { Request } from './callers.ts';
import { outcomeOf, startedAtMs, targets } from './provider-world.ts';
import type { Failed, MakeRule, Rule } from './rule.ts';

type Pick = (options: readonly Target[], request: Request, now: number) => Target;

const minuteMs = 60_000;
/** `cooldown_time`, and `num_retries` of the proxy's examples. */
const cooldownMs = 5_000;
const retriesMax = 2;

/** Whom its strategy picks among those that are not cooled down; each retry picks again among the others. */
function litellm(name: string, pick: Pick, seen: Partial<Rule> = {}): Rule {
  const cooledUntil = new Map<Target, number>();
  const minutes = new Map<Target, { minute: number; calls: number; failures: number }>();
  const count = (target: Target, now: number) => {
    const minute = Math.floor(now / minuteMs);
    const known = minutes.get(target);
    if (known !== undefined && known.minute === minute) return known;
    const made = { minute, calls: 0, failures: 0 };
    minutes.set(target, made);
    return made;
  };
  return {
    name,
    begin(request) {
      const failed = new Set<Target>();
      let tries = 0;
      return (now) => {
        if (tries++ > retriesMax) return undefined;
        const healthy = targets.filter((target) => now >= (cooledUntil.get(target) ?? 0));
        const options = healthy.filter((target) => !failed.has(target));
        if (options.length === 0) return undefined;
        const picked = pick(options, request, now);
        failed.add(picked);
        return picked;
      };
    },
    asked: (target) => seen.asked?.(target),
    answered(request, target, answer) {
      count(target, answer.now).calls++;
      seen.answered?.(request, target, answer);
    },
    failed(request, target, failure: Failed) {
      const { now, error } = failure;
      const counted = count(target, now);
      counted.calls++;
      counted.failures++;
      if (error.kind === 'rate-limited' || counted.failures > counted.calls / 2)
        cooledUntil.set(target, now + cooldownMs);
      seen.failed?.(request, target, failure);
    },
  };
}

const least = (options: readonly Target[], of: (target: Target) => number): Target =>
  options.reduce((a, b) => (of(b) < of(a) ? b : a));
const anyOf = (options: readonly Target[], random: () => number): Target =>
  options[Math.floor(random() * options.length)] as Target;
const priceOf = ({ model }: Target, now: number) => model.priceAt(startedAtMs + now) as PriceVersion;

/** Averages over its last ten first tokens; one that was never asked comes first. */
function latencyBased(name: string, random: () => number): Rule {
  const last = new Map<Target, number[]>();
  const mean = (target: Target) => {
    const values = last.get(target) ?? [];
    return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  };
  return litellm(name, (options) => least(shuffled(options, random), mean), {
    answered(_request, target, { firstTokenMs }) {
      last.set(target, [...(last.get(target) ?? []), firstTokenMs].slice(-10));
    },
  });
}

function leastBusy(name: string, random: () => number): Rule {
  const busy = new Map<Target, number>();
  const add = (target: Target, by: number) => busy.set(target, (busy.get(target) ?? 0) + by);
  return litellm(name, (options) => least(shuffled(options, random), (target) => busy.get(target) ?? 0), {
    asked: (target) => void add(target, 1),
    answered: (_request, target) => void add(target, -1),
    failed: (_request, target) => void add(target, -1),
  });
}

/** The fewest tokens in this minute. */
function usageBased(name: string, random: () => number): Rule {
  const used = new Map<string, number>();
  const minuteOf = (target: Target, now: number) => `${target.model.id} ${Math.floor(now / minuteMs)}`;
  return litellm(
    name,
    (options, _request, now) => least(shuffled(options, random), (target) => used.get(minuteOf(target, now)) ?? 0),
    {
      answered({ inputTokens, outputTokens }, target, { now }) {
        const minute = minuteOf(target, now);
        used.set(minute, (used.get(minute) ?? 0) + inputTokens + outputTokens);
      },
    },
  );
}

function shuffled(options: readonly Target[], random: () => number): readonly Target[] {
  return options
    .map((target) => ({ target, draw: random() }))
    .sort((a, b) => a.draw - b.draw)
    .map(({ target }) => target);
}

const outageMs = 30_000;
/** What one pays at a usual mix of three tokens in for one out: the documentation speaks of "the price". */
const listPrice = (target: Target, now: number) => {
  const { input, output } = priceOf(target, now);
  return (3 * Number(input.base) + Number(output.base)) / 4;
};

/**
 * In order, the remaining ones as fallbacks. Those with an outage in the last 30 seconds go last; what is significant is
 * not said: here, half of what was asked in that time has failed.
 */
function openrouter(name: string, orderOf: (stable: readonly Target[], now: number) => readonly Target[]): Rule {
  const seen = new Map<Target, { at: number; ok: boolean }[]>();
  const see = (target: Target, now: number, ok: boolean) => {
    const recent = (seen.get(target) ?? []).filter(({ at }) => now - at <= outageMs);
    seen.set(target, [...recent, { at: now, ok }]);
  };
  const isStable = (target: Target, now: number) => {
    const recent = (seen.get(target) ?? []).filter(({ at }) => now - at <= outageMs);
    const failures = recent.filter(({ ok }) => !ok).length;
    return failures === 0 || failures < recent.length / 2;
  };
  return {
    name,
    begin(_request, now) {
      const stable = targets.filter((target) => isStable(target, now));
      const others = targets.filter((target) => !isStable(target, now));
      const order = [...orderOf(stable, now), ...orderOf(others, now)].values();
      return () => order.next().value;
    },
    answered: (_request, target, { now }) => see(target, now, true),
    failed: (_request, target, { now }) => see(target, now, false),
  };
}

/** Each comes first in proportion to one over the square of its price. */
function inverseSquare(options: readonly Target[], now: number, random: () => number): readonly Target[] {
  const drawn = options.map((target) => ({ target, draw: random() ** ((listPrice(target, now) / 1e6) ** 2) }));
  return drawn.sort((a, b) => b.draw - a.draw).map(({ target }) => target);
}

function nitro(name: string): Rule {
  const speeds = new Map<Target, number>();
  const rule = openrouter(name, (options) =>
    options.toSorted(
      (a, b) => (speeds.get(b) ?? Number.POSITIVE_INFINITY) - (speeds.get(a) ?? Number.POSITIVE_INFINITY),
    ),
  );
  return {
    ...rule,
    answered(request, target, answer) {
      rule.answered?.(request, target, answer);
      const speed = (request.outputTokens * 1000) / (answer.totalMs - answer.firstTokenMs);
      speeds.set(target, speed * 0.2 + (speeds.get(target) ?? speed) * 0.8);
    },
  };
}

export const peerRules: readonly MakeRule[] = [
  ({ random }) => litellm('LiteLLM `simple-shuffle`', (options) => anyOf(options, random)),
  ({ random }) => leastBusy('LiteLLM `least-busy`', random),
  ({ random }) => usageBased('LiteLLM `usage-based-routing-v2`', random),
  ({ random }) => latencyBased('LiteLLM `latency-based-routing`', random),
  () =>
    litellm('LiteLLM `cost-based-routing`', (options, _request, now) =>
      least(options, (target) => Number(priceOf(target, now).input.base + priceOf(target, now).output.base)),
    ),
  ({ random }) => openrouter('OpenRouter default', (options, now) => inverseSquare(options, now, random)),
  () =>
    openrouter('OpenRouter `:floor`', (options, now) =>
      options.toSorted((a, b) => listPrice(a, now) - listPrice(b, now)),
    ),
  () => nitro('OpenRouter `:nitro`'),
];

/** Knows what nobody can: who will answer, how long the answer will be, and what each provider has in its cache. */
export const oracle: MakeRule = ({ caches }) => ({
  name: 'oracle',
  begin(request, now) {
    const answering = targets.filter((target) => !('error' in outcomeOf(request, target, now)));
    const order = answering
      .map((target) => ({ target, cost: caches.costNanoUsd(request, target, now) }))
      .sort((a, b) => a.cost - b.cost)
      .map(({ target }) => target)
      .values();
    return () => order.next().value;
  },
});

/**
 * May this request go on now? Rate limits of the key, its organization and the model, all in memory: a request is
 * counted in every window of its chain at once, or in none. Tokens are counted with the estimated input at first and
 * corrected when the request is settled.
 */
import { SlidingWindow } from '../lib/sliding-window.ts';
import { LlmFailure } from '../llm/error.ts';
import type { LimitState } from '../llm/limit-state.ts';
import type { Limits, Route } from '../snapshot/snapshot.ts';
import type { Exchange } from './exchange.ts';

interface Limit {
  /** `key ci`, `organization acme`, `model openai/gpt-5`. */
  readonly owner: string;
  readonly unit: 'requests' | 'tokens';
  readonly limit: number;
  readonly cost: number;
}

/** Windows nobody has used for a minute are forgotten when there are more than this many. */
const windowsKept = 10_000;

export class RateLimits {
  readonly #windows = new Map<string, SlidingWindow>();

  /** Throws LlmFailure (rate-limited) naming the limit, with the time after which it will admit again. */
  admit(exchange: Exchange, route: Route, now: number): void {
    const limits = limitsOf(exchange, route);
    if (limits.length === 0) return;
    for (const limit of limits) this.#check(exchange, limit, now);
    for (const limit of limits) this.#window(limit, now).add(limit.cost, now);
    exchange.limitStates = limits.map((limit) => this.#state(limit, now));
  }

  /** The provider's count is known: the windows get the difference to what was counted at admission. */
  settle(exchange: Exchange, route: Route, tokens: number, now: number): void {
    for (const limit of limitsOf(exchange, route)) {
      if (limit.unit === 'tokens') this.#window(limit, now).add(tokens - limit.cost, now);
    }
  }

  #check(exchange: Exchange, limit: Limit, now: number): void {
    const window = this.#window(limit, now);
    if (window.total(now) + limit.cost <= limit.limit) return;
    exchange.limitStates = [this.#state(limit, now)];
    const waitMs = window.msUntil(Math.max(0, limit.limit - limit.cost), now);
    throw new LlmFailure({
      kind: 'rate-limited',
      message: `The limit of ${limit.limit} ${limit.unit} per minute of ${limit.owner} is reached. Try again in ${Math.ceil(waitMs / 1000)} s, or ask for a higher limit.`,
      code: 'rate_limit_exceeded',
      retryAfterMs: waitMs,
    });
  }

  #state(limit: Limit, now: number): LimitState {
    const window = this.#window(limit, now);
    const remaining = Math.max(0, limit.limit - window.total(now));
    return { unit: limit.unit, limit: limit.limit, remaining, resetMs: window.msUntil(0, now) };
  }

  #window(limit: Limit, now: number): SlidingWindow {
    const name = `${limit.unit} ${limit.owner}`;
    const known = this.#windows.get(name);
    if (known !== undefined) return known;
    if (this.#windows.size >= windowsKept) this.#forgetIdle(now);
    const made = new SlidingWindow();
    this.#windows.set(name, made);
    return made;
  }

  #forgetIdle(now: number): void {
    for (const [name, window] of this.#windows) if (window.total(now) === 0) this.#windows.delete(name);
  }
}

/** A request's whole chain, the nearest owner first. */
function limitsOf({ key, ask }: Exchange, route: Route): readonly Limit[] {
  const tokens = ask.inputTokensEstimate;
  const owners: readonly (readonly [string, Limits | undefined])[] = [
    [`the key ${key.name} (${key.id})`, key.limits],
    [`the organization ${key.organization.name}`, key.organization.limits],
    [`the model ${route.name}`, route.limits],
  ];
  return owners.flatMap(([owner, limits]) => {
    const list: Limit[] = [];
    if (limits?.requestsPerMinute !== undefined)
      list.push({ owner, unit: 'requests', limit: limits.requestsPerMinute, cost: 1 });
    if (limits?.tokensPerMinute !== undefined)
      list.push({ owner, unit: 'tokens', limit: limits.tokensPerMinute, cost: tokens });
    return list;
  });
}

/**
 * May this request go on now? Rate limits of the key, its organization and the route, all in memory: a request is
 * counted in every window of its chain at once, or in none. Tokens are counted with the estimated input at first and
 * corrected when the request is settled.
 */
import { SlidingWindow } from '../lib/sliding-window.ts';
import { LlmFailure } from '../llm/error.ts';
import type { LimitState } from '../llm/limit-state.ts';
import type { Limits, Route } from '../snapshot/snapshot.ts';
import type { Exchange } from './exchange.ts';

/** What of a request its limits look at. */
export type Admitted = Pick<Exchange, 'key' | 'limitStates' | 'admittedAt'> & {
  readonly ask: Partial<Exchange['ask']> & Pick<Exchange['ask'], 'inputTokensEstimate'>;
};

/** Windows that nobody has used for a minute are forgotten when there are this many, and then at each doubling. */
const windowsKept = 10_000;

export class RateLimits {
  readonly #windows = new Map<string, SlidingWindow>();
  #forgetAt = windowsKept;

  /** Throws LlmFailure (rate-limited) naming the limit that takes longest to admit again, and when it will. */
  admit(exchange: Admitted, route: Route, now: number): void {
    const limits = limitsOf(exchange, route);
    if (limits.length === 0) return;
    const waits = limits.map((limit) => ({ limit, waitMs: this.#wait(limit, now) }));
    const longest = waits.reduce((found, each) => (each.waitMs > found.waitMs ? each : found));
    if (longest.waitMs > 0) {
      exchange.limitStates = [this.#state(longest.limit, now)];
      throw refusal(longest.limit, longest.waitMs);
    }
    for (const limit of limits) this.#window(limit, now).add(limit.cost, now);
    exchange.admittedAt = now;
    exchange.limitStates = limits.map((limit) => this.#state(limit, now));
  }

  /** What the request used is known: the windows get the difference to what was counted at admission. */
  settle(exchange: Admitted, route: Route, tokens: number, now: number): void {
    const { admittedAt } = exchange;
    if (admittedAt === undefined) return;
    for (const limit of limitsOf(exchange, route)) {
      if (limit.unit !== 'tokens') continue;
      const window = this.#window(limit, now);
      if (tokens > limit.cost) window.add(tokens - limit.cost, now);
      else window.takeBack(limit.cost - tokens, admittedAt, now);
    }
  }

  /** Milliseconds until the limit has room for the request; 0: now. */
  #wait(limit: Limit, now: number): number {
    return this.#window(limit, now).msUntil(limit.limit - limit.cost, now);
  }

  #state(limit: Limit, now: number): LimitState {
    const window = this.#window(limit, now);
    const remaining = Math.max(0, limit.limit - window.total(now));
    return { unit: limit.unit, limit: limit.limit, remaining, resetMs: window.msUntil(0, now) };
  }

  #window({ window }: Limit, now: number): SlidingWindow {
    const known = this.#windows.get(window);
    if (known !== undefined) return known;
    if (this.#windows.size >= this.#forgetAt) this.#forgetIdle(now);
    const made = new SlidingWindow();
    this.#windows.set(window, made);
    return made;
  }

  #forgetIdle(now: number): void {
    for (const [name, window] of this.#windows) if (window.total(now) === 0) this.#windows.delete(name);
    this.#forgetAt = Math.max(windowsKept, 2 * this.#windows.size);
  }
}

interface Limit {
  /** What is counted together: by id, so that a new name or a new number does not begin a new minute. */
  readonly window: string;
  /** `the key ci (key_…)`, as the caller is told. */
  readonly owner: string;
  readonly unit: 'requests' | 'tokens';
  readonly limit: number;
  readonly cost: number;
}

const noLimits: readonly Limit[] = [];

/** A request's whole chain, the nearest owner first. */
function limitsOf({ key, ask }: Pick<Admitted, 'key' | 'ask'>, route: Route): readonly Limit[] {
  const { organization } = key;
  if (key.limits === undefined && organization.limits === undefined && route.limits === undefined) return noLimits;
  const tokens = ask.inputTokensEstimate;
  const name = route.limitsOf ?? route.name;
  // A route that was not configured stands for one model, and only such names have a slash.
  const kind = name.includes('/') ? 'model' : 'route';
  return [
    ...limitsFrom(key.limits, key.id, `the key ${key.name} (${key.id})`, tokens),
    ...limitsFrom(organization.limits, organization.id, `the organization ${organization.name}`, tokens),
    ...limitsFrom(route.limits, `${kind} ${name}`, `the ${kind} ${name}`, tokens),
  ];
}

/**
 * A request that alone is estimated above the limit is counted as the whole limit: it passes when nothing else did in
 * this minute. Refused, it could never pass, and an estimate made from bytes is far too high for a picture.
 */
function limitsFrom(limits: Limits | undefined, id: string, owner: string, tokens: number): readonly Limit[] {
  const { requestsPerMinute, tokensPerMinute } = limits ?? {};
  const found: Limit[] = [];
  if (requestsPerMinute !== undefined) {
    found.push({ window: `${id} requests`, owner, unit: 'requests', limit: requestsPerMinute, cost: 1 });
  }
  if (tokensPerMinute !== undefined) {
    const cost = Math.min(tokens, tokensPerMinute);
    found.push({ window: `${id} tokens`, owner, unit: 'tokens', limit: tokensPerMinute, cost });
  }
  return found;
}

function refusal({ limit, unit, owner }: Limit, waitMs: number): LlmFailure {
  return new LlmFailure({
    kind: 'rate-limited',
    message: `The limit of ${limit} ${unit} per minute of ${owner} is reached. Try again in ${Math.ceil(waitMs / 1000)} s, or ask the operator for a higher limit.`,
    code: 'rate_limit_exceeded',
    retryAfterMs: waitMs,
  });
}

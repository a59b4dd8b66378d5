/** What providers do in the recorded hours, the same for every rule: prices, first tokens, failures, prompt caches. */
import type { CatalogModel, PriceVersion } from '../../src/catalog/catalog.ts';
import { priceFromOverride } from '../../src/catalog/price.ts';
import type { LlmError } from '../../src/llm/error.ts';
import { providers } from '../../src/providers/index.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { costNanoUsd } from '../../src/routing/estimate.ts';
import type { Target } from '../../src/snapshot/snapshot.ts';
import type { Request } from './callers.ts';
import { around, chanceOf } from './chance.ts';
import { happenings, type Trace, traces, usualFailures } from './traces.ts';

/** A recorded hour is played in eight minutes: changes come seven and a half times as fast as they did. */
const hourMs = 480_000;
export const durationMs = hourMs * (traces[0] as Trace).firstTokenMs.length;
/** When prices say that it is. */
export const startedAtMs = Date.UTC(2026, 6, 22);

const timeouts = { connectMs: 10_000, firstTokenMs: 60_000, wholeMs: 300_000, idleMs: 60_000, totalMs: 600_000 };

export const targets: readonly Target[] = traces.map(targetOf);

function targetOf(trace: Trace): Target {
  const id = `${trace.provider}/${trace.model}`;
  const factors = happenings.flatMap((each) => (each.model === trace.model && 'price' in each ? [each] : []));
  const usual = priceFromOverride(id, trace.price);
  const others = factors.map((each) => ({ ...each, version: priceFromOverride(id, times(trace.price, each.price)) }));
  const priceAt = (nowMs: number): PriceVersion => {
    const hour = (nowMs - startedAtMs) / hourMs;
    return others.find(({ from, to }) => from <= hour && hour < to)?.version ?? usual;
  };
  const model: CatalogModel = {
    id,
    provider: trace.provider,
    name: trace.model,
    target: { name: trace.model },
    priceAt,
  };
  const provider = providers.get(trace.provider) as Provider;
  return {
    credential: { id: trace.provider, provider, baseUrl: provider.baseUrl ?? '', secret: undefined },
    model,
    timeouts,
  };
}

function times({ input, output, cacheRead }: Trace['price'], factor: number): Trace['price'] {
  const scaled = (price: number) => Number((price * factor).toFixed(6));
  return { input: scaled(input), output: scaled(output), ...(cacheRead && { cacheRead: scaled(cacheRead) }) };
}

export type Outcome =
  | { readonly firstTokenMs: number; readonly totalMs: number }
  | { readonly error: LlmError; readonly totalMs: number };

const speeds = traces.map(({ tokensPerSecond }) => median(tokensPerSecond));
/** An error is told this soon. */
const errorMs = 250;

/** What becomes of this request at this target at this time: the same whoever asks. */
export function outcomeOf(request: Request, target: Target, now: number): Outcome {
  const at = targets.indexOf(target);
  const random = chanceOf((request.index + 1) * 8191 + at * 127);
  const trace = traces[at] as Trace;
  const hour = now / hourMs;
  const here = happenings.filter(({ model, from, to }) => model === trace.model && from <= hour && hour < to);
  const luck = random();
  const failing = here.find((each) => 'fails' in each);
  if (failing !== undefined && 'fails' in failing && luck < failing.fails)
    return { error: errorOf(failing), totalMs: errorMs };
  if (luck > 1 - usualFailures) return { error: errorOf({ kind: 'upstream' }), totalMs: errorMs };
  const slower = here.reduce((factor, each) => ('slower' in each ? factor * each.slower : factor), 1);
  const firstTokenMs = around(trace.firstTokenMs[Math.floor(hour)] as number, trace.spread, random) * slower;
  const speed = speeds[at] as number;
  return { firstTokenMs, totalMs: firstTokenMs + (request.outputTokens / speed) * 1000 };
}

function errorOf({ kind, ...rest }: { kind: 'upstream' | 'rate-limited'; retryAfterMs?: number }): LlmError {
  const told = 'retryAfterMs' in rest ? { retryAfterMs: rest.retryAfterMs } : {};
  return { kind, message: 'as the scenario has it', upstreamStatus: kind === 'upstream' ? 503 : 429, ...told };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

/** Providers keep a prompt for five minutes after its last use, none that is shorter than this many tokens. */
const keptMs = 300_000;
const keptTokensMin = 1024;

/** What providers keep of the prompts that one rule has sent them. */
export class PromptCaches {
  readonly #kept = new Map(targets.map((target) => [target, new Map<string, { tokens: number; at: number }>()]));

  /** Tokens of this request that this target would read from its cache now. */
  cachedTokens({ keyId, session }: Request, target: Target, now: number): number {
    if (target.model.priceAt(startedAtMs + now)?.cacheRead === undefined) return 0;
    const tokens = Math.max(this.#tokens(target, session, now), this.#tokens(target, keyId, now));
    return tokens < keptTokensMin ? 0 : tokens;
  }

  costNanoUsd(request: Request, target: Target, now: number): number {
    const price = target.model.priceAt(startedAtMs + now) as PriceVersion;
    const { inputTokens, outputTokens } = request;
    const cacheShare = this.cachedTokens(request, target, now) / inputTokens;
    return costNanoUsd(price, { inputTokens, outputTokens, cacheShare });
  }

  answered({ keyId, session, inputTokens, sharedTokens }: Request, target: Target, now: number): void {
    const kept = this.#kept.get(target);
    kept?.set(session, { tokens: inputTokens, at: now });
    kept?.set(keyId, { tokens: sharedTokens, at: now });
  }

  #tokens(target: Target, name: string, now: number): number {
    const kept = this.#kept.get(target)?.get(name);
    return kept !== undefined && now - kept.at <= keptMs ? kept.tokens : 0;
  }
}

import type { Upstream } from '../fakes/upstream.ts';
import type { ConfigTree } from './gateway.ts';

/** What the gateway shows to the fake provider; must never reach a caller, a log or a row. */
export const upstreamKey = 'sk-upstream-8f2b61c07d4e49';

/**
 * Two providers at one fake, for each of `models`: `oa/<model>` speaks openai-chat to it, `an/<model>` anthropic. A
 * million tokens cost $1 in, $2 out, $0.10 read from the cache, $1.25 and $2 written to it.
 */
export function fakeProviders(upstream: Pick<Upstream, 'url'>, models: readonly string[]): ConfigTree {
  const price = { input: 1, output: 2, cacheRead: 0.1, cacheWrite: 1.25, cacheWrite1h: 2 };
  return {
    providers: {
      oa: { type: 'openai-compatible', baseUrl: `${upstream.url}/v1`, apiKey: upstreamKey },
      an: { type: 'anthropic-compatible', baseUrl: upstream.url, apiKey: upstreamKey },
    },
    models: Object.fromEntries(models.flatMap((name) => [`oa/${name}`, `an/${name}`]).map((id) => [id, { price }])),
  };
}

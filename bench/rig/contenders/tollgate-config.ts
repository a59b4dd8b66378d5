/** Tollgate's configuration file for the bench: as a user has it, with the fake provider in both dialects. */
import { join } from 'node:path';
import { callerKey } from '../contender.ts';
import { models } from '../requests.ts';

export interface Size {
  readonly keys: number;
  readonly routes: number;
}

export interface Place {
  readonly directory: string;
  readonly port: number;
  readonly providerPort: number;
}

/** High enough to refuse nobody: what counts is that they are counted. */
const limits = { requestsPerMinute: 1_000_000_000, tokensPerMinute: 1_000_000_000, concurrentRequests: 1_000_000 };
const budgets = [
  { usd: 1_000_000, window: 'month' },
  { tokens: 1_000_000_000_000, window: 'day' },
];

/** JSON is YAML. */
export function configText({ directory, port, providerPort }: Place, size: Size): string {
  const names = Object.values(models);
  const base = `http://127.0.0.1:${providerPort}`;
  const price = { input: 0.1, output: 0.4 };
  const priced = (provider: string) =>
    names.map((name) => [`${provider}/${name}`, { price, contextTokens: 131_072 }] as const);
  return JSON.stringify({
    server: { port },
    dataDir: join(directory, 'data'),
    providers: {
      fake: { type: 'openai-compatible', baseUrl: `${base}/v1`, apiKey: 'sk-bench', models: names },
      claude: { type: 'anthropic-compatible', baseUrl: base, apiKey: 'sk-bench', models: names },
    },
    models: Object.fromEntries([...priced('fake'), ...priced('claude')]),
    routes: Object.fromEntries(
      Array.from({ length: size.routes }, (_, place) => [
        routeName(place),
        { strategy: 'fallback', targets: [`fake/${models.small}`, `claude/${models.small}`] },
      ]),
    ),
    keys: Object.fromEntries(
      Array.from({ length: size.keys }, (_, place) => [`bench-${place}`, { key: keyOf(place), budgets, limits }]),
    ),
  });
}

export function routeName(place: number): string {
  return `route-${place}`;
}

export function keyOf(place: number): string {
  return place === 0 ? callerKey : `${callerKey}-${place}`;
}

import { anthropicHeaders } from './anthropic.ts';
import { bearer, provider, xApiKey } from './provider.ts';

/** Any address that speaks Anthropic Messages: the operator gives `baseUrl` (without `/v1`), models and prices. */
export const anthropicCompatible = provider({
  id: 'anthropic-compatible',
  name: 'Anthropic-compatible',
  baseUrl: '',
  docs: 'https://platform.claude.com/docs/en/api/messages',
  // The official SDKs send one or the other, by version and language, so servers know one, the other, or both.
  auth: { headers: (secret) => ({ ...xApiKey.headers(secret), ...bearer.headers(secret) }) },
  keyEnv: [],
  keyless: true,
  speaks: { anthropic: { path: '/v1/messages', headers: anthropicHeaders } },
  serves: { 'anthropic-batches': { path: '/v1/messages/batches', headers: anthropicHeaders } },
  modelsPath: '/v1/models',
});

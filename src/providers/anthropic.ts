import { provider, xApiKey } from './provider.ts';

/** https://platform.claude.com/docs/en/api/versioning: every call names a version; a caller's own is kept. */
export const anthropicHeaders = { 'anthropic-version': '2023-06-01' } as const;

export const anthropic = provider({
  id: 'anthropic',
  name: 'Anthropic',
  baseUrl: 'https://api.anthropic.com',
  docs: 'https://platform.claude.com/docs/en/api/messages',
  auth: xApiKey,
  keyEnv: ['ANTHROPIC_API_KEY'],
  speaks: {
    anthropic: { path: '/v1/messages', countTokensPath: '/v1/messages/count_tokens', headers: anthropicHeaders },
  },
  serves: {
    'anthropic-batches': {
      path: '/v1/messages/batches',
      docs: 'https://platform.claude.com/docs/en/build-with-claude/batch-processing',
      headers: anthropicHeaders,
      percentOfPrice: 50,
    },
  },
  catalogId: 'anthropic',
  modelsPath: '/v1/models',
});

import { bearer, provider } from './provider.ts';

/** Any address that speaks OpenAI's Responses: the operator gives `baseUrl` (with `/v1`), models and prices. */
export const responsesCompatible = provider({
  id: 'responses-compatible',
  name: 'Responses-compatible',
  baseUrl: '',
  docs: 'https://platform.openai.com/docs/api-reference/responses',
  auth: bearer,
  keyEnv: [],
  keyless: true,
  speaks: {
    'openai-responses': {
      path: '/responses',
      countTokensPath: '/responses/input_tokens',
      compactPath: '/responses/compact',
      // Not every server does; one that does not says so itself.
      keepsAnswers: true,
    },
  },
  modelsPath: '/models',
});

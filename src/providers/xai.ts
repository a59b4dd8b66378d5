import { bearer, provider, refusedCredential } from './provider.ts';

export const xai = provider({
  id: 'xai',
  name: 'xAI',
  baseUrl: 'https://api.x.ai/v1',
  docs: 'https://docs.x.ai/developers/rest-api-reference/inference/chat',
  auth: bearer,
  keyEnv: ['XAI_API_KEY'],
  // Its Anthropic endpoint is "fully deprecated": https://docs.x.ai/developers/rest-api-reference/inference/legacy
  speaks: {
    'openai-chat': { path: '/chat/completions' },
    // Answers are kept for 30 days: https://docs.x.ai/docs/guides/responses-api
    'openai-responses': { path: '/responses', keepsAnswers: true, sealsReasoning: true },
  },
  serves: {
    'openai-images': { path: '/images/generations', docs: 'https://docs.x.ai/docs/guides/image-generations' },
    // JSON with references to the pictures, no form.
    'openai-image-edits': { path: '/images/edits', docs: 'https://docs.x.ai/docs/guides/image-generations' },
  },
  catalogId: 'x-ai',
  modelsPath: '/models',
  // `{"code":"invalid-argument","error":"Incorrect API key provided. …"}`: a bad key is a 400, and `error` a string.
  parseError: (status, body) => {
    const message = (body as { error?: unknown } | null)?.error;
    if (typeof message !== 'string') return undefined;
    return status === 400 && /api key/i.test(message) ? refusedCredential(message) : { message };
  },
});

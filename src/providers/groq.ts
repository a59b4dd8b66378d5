import { bearer, openaiServices, provider } from './provider.ts';

/**
 * Unknown fields are a 400 (`property 'store' is unsupported`). Hints that do not change the answer are dropped;
 * fields that do (logprobs, logit_bias, n > 1) stay, so that the caller is told by Groq itself.
 */
const unsupported = 'unknown fields are refused with 400 (property is unsupported)';

export const groq = provider({
  id: 'groq',
  name: 'Groq',
  baseUrl: 'https://api.groq.com/openai/v1',
  docs: 'https://console.groq.com/docs/openai',
  auth: bearer,
  keyEnv: ['GROQ_API_KEY'],
  speaks: {
    'openai-chat': {
      path: '/chat/completions',
      quirks: [
        { drop: 'store', why: unsupported },
        { drop: 'prompt_cache_key', why: unsupported },
        { drop: 'safety_identifier', why: unsupported },
      ],
    },
    'openai-responses': { path: '/responses', docs: 'https://console.groq.com/docs/responses-api' },
  },
  serves: {
    ...openaiServices(
      ['openai-speech', 'openai-transcriptions', 'openai-translations'],
      'https://console.groq.com/docs/api-reference',
    ),
    'openai-files': { path: '/files', docs: 'https://console.groq.com/docs/api-reference#files-upload' },
    'openai-batches': { path: '/batches', docs: 'https://console.groq.com/docs/batch', percentOfPrice: 50 },
  },
  catalogId: 'groq',
  modelsPath: '/models',
});

import { bearer, provider } from './provider.ts';

export const cerebras = provider({
  id: 'cerebras',
  name: 'Cerebras',
  baseUrl: 'https://api.cerebras.ai/v1',
  docs: 'https://inference-docs.cerebras.ai/resources/openai',
  auth: bearer,
  keyEnv: ['CEREBRAS_API_KEY'],
  speaks: {
    'openai-chat': {
      path: '/chat/completions',
      quirks: [
        { drop: 'store', why: 'unknown fields are refused with 400 (property is unsupported)' },
        { drop: 'safety_identifier', why: 'unknown fields are refused with 400 (property is unsupported)' },
      ],
    },
  },
  catalogId: 'cerebras',
  modelsPath: '/models',
});

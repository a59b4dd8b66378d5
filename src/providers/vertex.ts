import { type Call, provider, type Settings } from './provider.ts';

/**
 * Three ways to models at one address: Google's own in Gemini's dialect, Claude in Anthropic's
 * (https://platform.claude.com/docs/en/build-with-claude/claude-on-vertex-ai), open models in OpenAI's
 * (https://docs.cloud.google.com/vertex-ai/generative-ai/docs/maas/call-open-model-apis). `apiKey` is a service
 * account: its JSON, or the path of its file; without it application default credentials sign in.
 */
export const vertex = provider({
  id: 'vertex',
  name: 'Google Vertex AI',
  baseUrl: 'https://{location}-aiplatform.googleapis.com',
  baseUrlFor: address,
  docs: 'https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference',
  auth: { headers: () => ({}), signer: 'google-oauth' },
  keyEnv: [],
  keyless: true,
  settings: [
    {
      name: 'project',
      what: 'Id of the Google Cloud project that is billed.',
      pattern: /^[a-z0-9][a-z0-9.:-]{2,62}$/,
      example: 'my-project',
      env: ['GOOGLE_CLOUD_PROJECT'],
      required: true,
    },
    {
      name: 'location',
      what: 'Region, multi-region or `global`.',
      pattern: /^[a-z]+(-[a-z]+\d+)?$/,
      example: 'europe-west4',
      env: ['GOOGLE_CLOUD_LOCATION'],
      default: 'global',
    },
  ],
  speaks: {
    gemini: {
      models: /^(gemini|gemma)/,
      path: (call) =>
        `${publisher(call, 'google')}${call.stream ? ':streamGenerateContent?alt=sse' : ':generateContent'}`,
      countTokensPath: (call) => `${publisher(call, 'google')}:countTokens`,
    },
    anthropic: {
      models: /^claude/,
      path: (call) => `${publisher(call, 'anthropic')}${call.stream ? ':streamRawPredict' : ':rawPredict'}`,
      quirks: [
        { set: 'anthropic_version', to: 'vertex-2023-10-16', why: 'the version stands in the body, not in a header' },
        { drop: 'model', silent: true, why: 'the model stands in the path, and is refused in the body' },
      ],
    },
    'openai-chat': {
      models: /^[a-z0-9-]+\//,
      path: (call) => `${place(call)}/endpoints/openapi/chat/completions`,
    },
  },
  catalogId: 'google',
  modelsPath: '/v1beta1/publishers/google/models',
});

function place({ settings }: Call): string {
  return `/v1/projects/${settings?.project}/locations/${settings?.location}`;
}

function publisher(call: Call, name: string): string {
  return `${place(call)}/publishers/${name}/models/${encodeURIComponent(call.model)}`;
}

/** https://docs.cloud.google.com/vertex-ai/generative-ai/docs/learn/locations */
function address({ location = 'global' }: Settings): string {
  if (location === 'global') return 'https://aiplatform.googleapis.com';
  if (/^(us|eu)$/.test(location)) return `https://aiplatform.${location}.rep.googleapis.com`;
  return `https://${location}-aiplatform.googleapis.com`;
}

import { type Call, provider } from './provider.ts';

const services = 'https://learn.microsoft.com/azure/foundry/openai/latest';

/**
 * Deployments stand where models do. Without `apiVersion` the v1 API is spoken, which names them in the body; with it
 * the classic one, which names them in the path. Both take the key in a header of their own.
 */
export const azure = provider({
  id: 'azure',
  name: 'Azure OpenAI',
  baseUrl: 'https://{resource}.openai.azure.com',
  baseUrlEnv: ['AZURE_OPENAI_ENDPOINT'],
  docs: 'https://learn.microsoft.com/en-us/azure/foundry/openai/api-version-lifecycle',
  auth: { headers: (secret) => ({ 'api-key': secret }) },
  keyEnv: ['AZURE_OPENAI_API_KEY'],
  settings: [
    {
      name: 'resource',
      what: 'Name of the Azure OpenAI resource, the first part of its host.',
      pattern: /^[a-z0-9][a-z0-9-]{0,62}[a-z0-9]$/i,
      example: 'my-resource',
      env: ['AZURE_RESOURCE_NAME'],
      required: true,
    },
    {
      name: 'apiVersion',
      what: 'Version of the classic API, with deployments in the path. Absent: the v1 API.',
      pattern: /^\d{4}-\d\d-\d\d(-preview)?$/,
      example: '2024-10-21',
      env: ['OPENAI_API_VERSION'],
    },
  ],
  deployments: true,
  speaks: {
    'openai-chat': { path: (call) => deploymentPath(call, 'chat/completions') },
    'openai-responses': { path: '/openai/v1/responses', keepsAnswers: true, sealsReasoning: true },
  },
  serves: {
    'openai-embeddings': { path: (call) => deploymentPath(call, 'embeddings'), docs: services },
    'openai-completions': { path: (call) => deploymentPath(call, 'completions'), docs: services },
  },
  catalogId: 'azure',
  // The price data's own fallback (fallback_model_providers): global deployments cost what their makers ask.
  alsoPricedAs: ['openai', 'anthropic', 'deepseek', 'x-ai', 'moonshotai'],
  modelsPath: ({ settings }) => {
    const version = settings?.apiVersion;
    return version === undefined ? '/openai/v1/models' : `/openai/models?api-version=${version}`;
  },
});

function deploymentPath({ model, settings }: Call, operation: string): string {
  const version = settings?.apiVersion;
  if (version === undefined) return `/openai/v1/${operation}`;
  return `/openai/deployments/${encodeURIComponent(model)}/${operation}?api-version=${version}`;
}

import { bearer, provider, type Settings } from './provider.ts';

const singapore = 'ap-southeast-1';
const batchDocs = 'https://www.alibabacloud.com/help/en/model-studio/batch-interfaces-compatible-with-openai';

/** Qwen models on Alibaba Cloud Model Studio, international edition. Keys of Beijing: `baseUrl` dashscope.aliyuncs.com. */
export const dashscope = provider({
  id: 'dashscope',
  name: 'Alibaba Model Studio (Qwen)',
  baseUrl: 'https://dashscope-intl.aliyuncs.com',
  baseUrlFor: ({ workspaceId, region = singapore }: Settings) =>
    workspaceId === undefined
      ? 'https://dashscope-intl.aliyuncs.com'
      : `https://${workspaceId}.${region}.maas.aliyuncs.com`,
  docs: 'https://www.alibabacloud.com/help/en/model-studio/compatibility-of-openai-with-dashscope',
  auth: bearer,
  serves: {
    'openai-embeddings': {
      path: '/compatible-mode/v1/embeddings',
      docs: 'https://www.alibabacloud.com/help/en/model-studio/embedding-interfaces-compatible-with-openai',
    },
    'openai-files': { path: '/compatible-mode/v1/files', docs: batchDocs },
    'openai-batches': { path: '/compatible-mode/v1/batches', docs: batchDocs, percentOfPrice: 50 },
  },
  keyEnv: ['DASHSCOPE_API_KEY'],
  settings: [
    {
      name: 'workspaceId',
      what: 'Workspace with a domain of its own. Absent: the shared one.',
      pattern: /^[a-z0-9-]{4,63}$/i,
      example: 'llm-0123456789abcdef',
    },
    {
      name: 'region',
      what: 'Region of the workspace.',
      pattern: /^[a-z]+-[a-z]+(-\d)?$/,
      example: 'ap-northeast-1',
      default: singapore,
    },
  ],
  speaks: {
    'openai-chat': { path: '/compatible-mode/v1/chat/completions' },
    anthropic: {
      path: '/apps/anthropic/v1/messages',
      docs: 'https://www.alibabacloud.com/help/en/model-studio/anthropic-api-messages',
    },
    'openai-responses': {
      path: '/compatible-mode/v1/responses',
      docs: 'https://www.alibabacloud.com/help/en/model-studio/compatibility-with-openai-responses-api',
    },
  },
});

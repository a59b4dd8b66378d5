import { chatCheck } from './chat-check.ts';
import { client } from './client.ts';

export const opencode = client({
  id: 'opencode',
  name: 'OpenCode',
  run: 'opencode',
  docs: 'https://opencode.ai/docs/providers/',
  tried: '1.18.33',
  files: [
    {
      paths: ({ home, env }) => {
        const folder = `${env.XDG_CONFIG_HOME || `${home}/.config`}/opencode`;
        return [`${folder}/opencode.json`, `${folder}/opencode.jsonc`];
      },
      format: 'json',
      settings: ({ url, key, model, onlyHere }) => ({
        $schema: 'https://opencode.ai/config.json',
        provider: {
          tollgate: {
            npm: '@ai-sdk/openai-compatible',
            name: 'Tollgate',
            options: { baseURL: `${url}/v1`, apiKey: key },
            models: model === undefined ? undefined : { [model]: { name: model } },
          },
        },
        model: model === undefined ? undefined : `tollgate/${model}`,
        small_model: model === undefined ? undefined : `tollgate/${model}`,
        ...(onlyHere && { autoupdate: false, share: 'disabled' }),
      }),
    },
  ],
  notes: ({ onlyHere }) => [
    ...(onlyHere ? ['Set OPENCODE_DISABLE_MODELS_FETCH=1 in its environment: the file has no word for it.'] : []),
  ],
  check: chatCheck({
    tool: 'bash',
    fields: { max_tokens: 1_024, tool_choice: 'auto' },
    userAgent: 'opencode/1.18.33 ai-sdk/provider-utils',
  }),
});

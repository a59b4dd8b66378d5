import { chatCheck } from './chat-check.ts';
import { client } from './client.ts';

export const pi = client({
  id: 'pi',
  name: 'pi',
  run: 'pi',
  docs: 'https://github.com/earendil-works/pi/blob/main/packages/coding-agent/docs/models.md',
  tried: '0.73.1',
  files: [
    {
      paths: ({ home }) => [`${home}/.pi/agent/models.json`],
      format: 'json',
      settings: ({ url, key, model }) => ({
        providers: {
          tollgate: {
            baseUrl: `${url}/v1`,
            api: 'openai-completions',
            apiKey: key,
            models: model === undefined ? undefined : [{ id: model }],
          },
        },
      }),
    },
    {
      paths: ({ home }) => [`${home}/.pi/agent/settings.json`],
      format: 'json',
      settings: ({ model }) => ({ defaultProvider: 'tollgate', defaultModel: model }),
    },
  ],
  notes: ({ onlyHere }) => (onlyHere ? ['Set PI_OFFLINE=1 in its environment: it then asks no other host.'] : []),
  check: chatCheck({
    tool: 'bash',
    fields: { max_completion_tokens: 1_024, store: false },
    userAgent: 'pi/0.73.1',
  }),
});

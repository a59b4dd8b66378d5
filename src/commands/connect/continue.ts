import { chatCheck } from './chat-check.ts';
import { client } from './client.ts';

export const continueClient = client({
  id: 'continue',
  name: 'Continue',
  run: 'cn',
  docs: 'https://docs.continue.dev/customize/model-providers/top-level/openai',
  tried: '1.5.47',
  files: [
    {
      paths: ({ home, env }) => [`${env.CONTINUE_GLOBAL_DIR || `${home}/.continue`}/config.yaml`],
      format: 'yaml',
      defaults: { name: 'Main', version: '1.0.0', schema: 'v1' },
      settings: ({ url, key, model }) => ({
        models: [{ name: 'Tollgate', provider: 'openai', model, apiBase: `${url}/v1`, apiKey: key }],
      }),
    },
  ],
  notes: ({ onlyHere }) => [
    'Choose the model "Tollgate", where others stand before it.',
    ...(onlyHere ? ['Set CONTINUE_TELEMETRY_ENABLED=0 in its environment.'] : []),
  ],
  check: chatCheck({ tool: 'Bash', userAgent: 'ls/JS 5.23.2' }),
});

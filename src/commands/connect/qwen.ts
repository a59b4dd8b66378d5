import { chatCheck } from './chat-check.ts';
import { client, type Point } from './client.ts';

const variables = ({ url, key, model }: Point) => ({
  OPENAI_API_KEY: key,
  OPENAI_BASE_URL: `${url}/v1`,
  OPENAI_MODEL: model,
});

export const qwen = client({
  id: 'qwen',
  name: 'Qwen Code',
  run: 'qwen',
  docs: 'https://qwenlm.github.io/qwen-code-docs/en/users/configuration/settings',
  tried: '0.24.4',
  variables,
  files: [
    {
      paths: ({ home }) => [`${home}/.qwen/settings.json`],
      format: 'json',
      settings: (point) => ({
        env: variables(point),
        security: { auth: { selectedType: 'openai' } },
        model: { name: point.model },
        ...(point.onlyHere && {
          privacy: { usageStatisticsEnabled: false },
          general: { enableAutoUpdate: false },
        }),
      }),
    },
  ],
  notes: () => [
    'Variables of the same names in its environment win over the file.',
    'It takes no notice of NO_PROXY: where HTTPS_PROXY is set, Tollgate has to be reachable through that proxy.',
  ],
  check: chatCheck({ tool: 'run_shell_command', userAgent: 'QwenCode/0.24.4 (linux; x64)' }),
});

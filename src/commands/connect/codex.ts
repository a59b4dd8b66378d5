import { client, question, shellSchema } from './client.ts';

export const codex = client({
  id: 'codex',
  name: 'Codex',
  run: 'codex',
  docs: 'https://developers.openai.com/codex/config-advanced',
  tried: '0.169.0',
  files: [
    {
      paths: ({ home, env }) => [`${env.CODEX_HOME || `${home}/.codex`}/config.toml`],
      format: 'toml',
      settings: ({ url, key, model, onlyHere }) => ({
        model,
        model_provider: 'tollgate',
        // `wire_api` has no other value any more; the key would else have to be in the environment of every shell.
        model_providers: {
          tollgate: {
            name: 'Tollgate',
            base_url: `${url}/v1`,
            wire_api: 'responses',
            experimental_bearer_token: key,
          },
        },
        ...(onlyHere && {
          check_for_update_on_startup: false,
          web_search: 'disabled',
          analytics: { enabled: false },
          features: { plugins: false, apps: false },
        }),
      }),
    },
  ],
  notes: () => ['Profiles in ~/.codex/NAME.config.toml win over this file.'],
  check: {
    dialect: 'openai-responses',
    path: () => '/v1/responses',
    headers: (key) => ({
      authorization: `Bearer ${key}`,
      accept: 'text/event-stream',
      originator: 'codex_exec',
      'user-agent': 'codex_exec/0.169.0',
    }),
    body: (model) => ({
      model,
      input: [message('developer', 'You are a coding agent running in the Codex CLI.'), message('user', question)],
      tools: [
        {
          type: 'function',
          name: 'exec_command',
          description: 'Runs a command in a PTY.',
          strict: false,
          parameters: shellSchema('cmd'),
        },
      ],
      tool_choice: 'auto',
      parallel_tool_calls: true,
      store: false,
      stream: true,
      include: ['reasoning.encrypted_content'],
      prompt_cache_key: 'tollgate-connect-check',
    }),
  },
});

function message(role: string, text: string): object {
  return { type: 'message', role, content: [{ type: 'input_text', text }] };
}

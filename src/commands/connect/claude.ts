import { client, type Point, question, shellSchema } from './client.ts';

/** The alias that a family's models are asked by, and the small model for titles and summaries, follow `--model`. */
const variables = ({ url, key, model, onlyHere }: Point) => ({
  ANTHROPIC_BASE_URL: url,
  ANTHROPIC_AUTH_TOKEN: key,
  ANTHROPIC_MODEL: model,
  ANTHROPIC_DEFAULT_HAIKU_MODEL: model,
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: onlyHere ? '1' : undefined,
});

export const claude = client({
  id: 'claude',
  name: 'Claude Code',
  run: 'claude',
  docs: 'https://code.claude.com/docs/en/llm-gateway',
  tried: '2.1.330',
  defaultModel: 'claude-opus-5-5',
  variables,
  files: [
    {
      // https://code.claude.com/docs/en/settings: `env` is applied to every session.
      paths: ({ home, env }) => [`${env.CLAUDE_CONFIG_DIR || `${home}/.claude`}/settings.json`],
      format: 'json',
      settings: (point) => ({ env: variables(point) }),
    },
  ],
  notes: () => ['An ANTHROPIC_API_KEY in the environment gets in the way: unset it.'],
  check: {
    dialect: 'anthropic',
    path: () => '/v1/messages?beta=true',
    headers: (key) => ({
      authorization: `Bearer ${key}`,
      'anthropic-version': '2023-06-01',
      'anthropic-beta': 'claude-code-20250219,interleaved-thinking-2025-05-14',
      'user-agent': 'claude-cli/2.1.330 (external, cli)',
      'x-app': 'cli',
    }),
    body: (model) => ({
      model,
      max_tokens: 1_024,
      system: [{ type: 'text', text: 'You are a coding agent.', cache_control: { type: 'ephemeral' } }],
      messages: [{ role: 'user', content: [{ type: 'text', text: question }] }],
      tools: [{ name: 'Bash', description: 'Executes a bash command.', input_schema: shellSchema('command') }],
      stream: true,
    }),
  },
});

import { client, type Point, question, shellSchema } from './client.ts';

const variables = ({ url, key, model }: Point) => ({
  GEMINI_API_KEY: key,
  GOOGLE_GEMINI_BASE_URL: url,
  GEMINI_MODEL: model,
});

export const gemini = client({
  id: 'gemini',
  name: 'Gemini CLI',
  run: 'gemini',
  docs: 'https://geminicli.com/docs/reference/configuration/',
  tried: '0.61.0',
  variables,
  files: [
    { paths: ({ home }) => [`${home}/.gemini/.env`], format: 'dotenv', settings: variables },
    {
      paths: ({ home }) => [`${home}/.gemini/settings.json`],
      format: 'json',
      settings: ({ onlyHere }) => ({
        security: { auth: { selectedType: 'gemini-api-key' } },
        ...(onlyHere && {
          privacy: { usageStatisticsEnabled: false },
          general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
        }),
      }),
    },
  ],
  notes: ({ url }) => [
    'It reads ~/.gemini/.env only in folders that it trusts, and where neither the folder nor one above has a .env of its own.',
    ...(isLocalOrSecure(url) ? [] : ['It refuses an address that is neither https:// nor this machine.']),
  ],
  check: {
    dialect: 'gemini',
    path: (model) => `/v1beta/models/${encodeURI(model)}:streamGenerateContent?alt=sse`,
    headers: (key) => ({ 'x-goog-api-key': key, 'user-agent': 'GeminiCLI/0.61.0 (linux; x64)' }),
    body: () => ({
      contents: [{ role: 'user', parts: [{ text: question }] }],
      systemInstruction: { role: 'user', parts: [{ text: 'You are a CLI agent.' }] },
      tools: [
        {
          functionDeclarations: [
            {
              name: 'run_shell_command',
              description: 'Executes a command.',
              parametersJsonSchema: shellSchema('command'),
            },
          ],
        },
      ],
      generationConfig: { temperature: 1, topP: 0.95, maxOutputTokens: 1_024 },
    }),
  },
});

function isLocalOrSecure(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

import { chatCheck } from './chat-check.ts';
import { client } from './client.ts';

/** Its settings lie in its own database, so they are made by hand. */
export const cursor = client({
  id: 'cursor',
  name: 'Cursor',
  run: 'Cursor',
  docs: 'https://cursor.com/docs/settings/api-keys',
  files: [],
  notes: ({ url, key, model }) => [
    'Open Cursor Settings, Models, API Keys.',
    `Put ${key} into "OpenAI API Key" and turn it on.`,
    `Turn on "Override OpenAI Base URL" and put ${url}/v1 there.`,
    `Add the custom model ${model ?? 'that you want to call'}. A route with a name of your own is best: behind a name with gpt, claude or gemini in it, Cursor writes bodies that are not OpenAI chat.`,
    ...(isPrivate(url)
      ? [
          `Cursor's own servers make the calls, so ${url} has to be reachable from the internet, with https://: put a tunnel or a reverse proxy in front, and name its address with --url.`,
        ]
      : []),
    'Completion by Tab stays with Cursor.',
  ],
  check: chatCheck({ tool: 'run_terminal_cmd', userAgent: 'Cursor' }),
});

function isPrivate(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol !== 'https:' || /^(localhost|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|\[)/.test(hostname);
}

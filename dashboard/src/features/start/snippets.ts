/** The first request, for a terminal, for programs, and for coding agents. Pure. */

export const ways = [
  { value: 'curl', label: 'curl' },
  { value: 'python', label: 'Python' },
  { value: 'node', label: 'Node' },
  { value: 'claude', label: 'Claude Code' },
  { value: 'codex', label: 'Codex and others' },
] as const;

export type Way = (typeof ways)[number]['value'];

export interface Call {
  readonly origin: string;
  readonly key: string;
  readonly model: string;
}

export const firstWords = 'Hello, Tollgate!';

const makers: Readonly<Record<Way, (call: Call) => string>> = {
  curl: ({ origin, key, model }) =>
    [
      `curl ${origin}/v1/chat/completions \\`,
      `  -H "Authorization: Bearer ${key}" \\`,
      '  -H "Content-Type: application/json" \\',
      `  -d '${JSON.stringify(bodyFor(model))}'`,
    ].join('\n'),
  python: ({ origin, key, model }) =>
    [
      '# pip install openai',
      'from openai import OpenAI',
      '',
      `client = OpenAI(base_url="${origin}/v1", api_key="${key}")`,
      'answer = client.chat.completions.create(',
      `    model="${model}",`,
      `    messages=[{"role": "user", "content": "${firstWords}"}],`,
      ')',
      'print(answer.choices[0].message.content)',
    ].join('\n'),
  node: ({ origin, key, model }) =>
    [
      '// npm install openai',
      "import OpenAI from 'openai';",
      '',
      `const client = new OpenAI({ baseURL: '${origin}/v1', apiKey: '${key}' });`,
      'const answer = await client.chat.completions.create({',
      `  model: '${model}',`,
      `  messages: [{ role: 'user', content: '${firstWords}' }],`,
      '});',
      'console.log(answer.choices[0].message.content);',
    ].join('\n'),
  claude: ({ origin, key, model }) =>
    `ANTHROPIC_BASE_URL=${origin} ANTHROPIC_AUTH_TOKEN=${key} \\\n  claude --model ${model}`,
  codex: ({ key, model }) =>
    [
      '# writes into its settings, with a copy of what was there',
      '# also for gemini, opencode, continue, qwen, cursor, pi',
      `npx tollgate connect codex --write --key ${key} --model ${model}`,
    ].join('\n'),
};

export function snippet(way: Way, call: Call): string {
  return makers[way](call);
}

export function bodyFor(model: string) {
  return { model, messages: [{ role: 'user', content: firstWords }] };
}

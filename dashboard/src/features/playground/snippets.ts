/** The same request for a terminal and for programs. Pure. */

export type Language = 'curl' | 'python' | 'node';

/** A picture would fill the screen; the place where it goes is shown instead. */
const imageCharactersMax = 200;

export function snippet(language: Language, origin: string, body: object): string {
  const shown = JSON.parse(JSON.stringify(body), (_, value) =>
    typeof value === 'string' && value.startsWith('data:image/') && value.length > imageCharactersMax
      ? `${value.slice(0, value.indexOf(',') + 1)}…`
      : value,
  );
  if (language === 'curl') return curl(origin, shown);
  return language === 'python' ? python(origin, shown) : node(origin, shown);
}

function curl(origin: string, body: object): string {
  return [
    `curl ${origin}/v1/chat/completions \\`,
    '  -H "Authorization: Bearer $TOLLGATE_KEY" \\',
    '  -H "Content-Type: application/json" \\',
    `  -d '${JSON.stringify(body, null, 2).replaceAll("'", "'\\''")}'`,
  ].join('\n');
}

function python(origin: string, body: object): string {
  const fields = Object.entries(body).map(([name, value]) => `    ${name}=${pythonValue(value, '    ')},`);
  return [
    'import os',
    'from openai import OpenAI',
    '',
    `client = OpenAI(base_url="${origin}/v1", api_key=os.environ["TOLLGATE_KEY"])`,
    'answer = client.chat.completions.create(',
    ...fields,
    ')',
    'print(answer.choices[0].message.content)',
  ].join('\n');
}

function pythonValue(value: unknown, pad: string): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value !== 'object') return JSON.stringify(value);
  const isList = Array.isArray(value);
  const inner = `${pad}    `;
  const items = isList
    ? value.map((each) => pythonValue(each, inner))
    : Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}: ${pythonValue(each, inner)}`);
  const [open, close] = isList ? '[]' : '{}';
  return items.length === 0 ? `${open}${close}` : `${open}\n${inner}${items.join(`,\n${inner}`)},\n${pad}${close}`;
}

function node(origin: string, body: object): string {
  return [
    "import OpenAI from 'openai';",
    '',
    `const client = new OpenAI({ baseURL: '${origin}/v1', apiKey: process.env.TOLLGATE_KEY });`,
    `const answer = await client.chat.completions.create(${JSON.stringify(body, null, 2)});`,
    'console.log(answer.choices[0].message.content);',
  ].join('\n');
}

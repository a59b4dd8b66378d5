/** Bodies that no honest client sends: nasty JSON, and valid requests with one thing wrong. */
import { Random } from './random.ts';

type Tree = unknown;

export const chatBase: Tree = {
  model: 'MODEL',
  stream: false,
  temperature: 0.5,
  max_tokens: 50,
  stop: ['END'],
  n: 1,
  user: 'u1',
  response_format: { type: 'json_schema', json_schema: { name: 's', schema: { type: 'object', properties: {} } } },
  tool_choice: 'auto',
  tools: [
    {
      type: 'function',
      function: { name: 'f', description: 'd', parameters: { type: 'object', properties: { a: { type: 'number' } } } },
    },
  ],
  messages: [
    { role: 'system', content: 'be brief' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'look' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA', detail: 'low' } },
      ],
    },
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
    },
    { role: 'tool', tool_call_id: 'call_1', content: 'result' },
    { role: 'user', content: 'go on' },
  ],
};

export const messagesBase: Tree = {
  model: 'MODEL',
  max_tokens: 50,
  stream: false,
  temperature: 0.5,
  stop_sequences: ['END'],
  metadata: { user_id: 'u1' },
  system: [{ type: 'text', text: 'be brief', cache_control: { type: 'ephemeral' } }],
  thinking: { type: 'disabled' },
  tool_choice: { type: 'auto' },
  tools: [{ name: 'f', description: 'd', input_schema: { type: 'object', properties: { a: { type: 'number' } } } }],
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'look' },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'text', text: 'ok' },
        { type: 'tool_use', id: 'toolu_1', name: 'f', input: { a: 1 } },
      ],
    },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: 'result' }] },
        { type: 'text', text: 'go on' },
      ],
    },
  ],
};

/** Values that stand where others should. */
const wrongValues: readonly Tree[] = [
  null,
  true,
  false,
  0,
  -1,
  1e308,
  2 ** 53,
  0.1,
  '',
  ' ',
  'x',
  'a'.repeat(5000),
  '\u0000',
  '\ud83d',
  '__proto__',
  '../../etc/passwd',
  "' OR 1=1 --",
  '<script>alert(1)</script>',
  '${7*7}',
  [],
  [[]],
  [null],
  [{}],
  {},
  { type: 'unknown' },
  { __proto__: { polluted: true } },
  { constructor: 1 },
  ['a', 1, null],
];

/** `count` bodies, each with one to three changes at random places. Deterministic by `seed`. */
export function mutatedBodies(base: Tree, count: number, seed: number): string[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => {
    const tree = structuredClone(base);
    const changes = 1 + random.below(3);
    for (let i = 0; i < changes; i++) mutate(tree, random);
    const text = JSON.stringify(tree);
    return random.below(10) === 0 ? scratch(text, random) : text;
  });
}

function mutate(tree: Tree, random: Random): void {
  const places = placesOf(tree);
  const { holder, key } = random.pick(places);
  const list = holder as Record<string, Tree>;
  const what = random.below(6);
  if (what === 0 && !Array.isArray(holder)) delete list[key];
  else if (what === 1 && Array.isArray(holder)) holder.push(...holder);
  else if (what === 2) list[key] = nest(list[key], random.below(80));
  else if (what === 3 && !Array.isArray(holder)) list[`x_${random.below(100)}`] = random.pick(wrongValues);
  else list[key] = structuredClone(random.pick(wrongValues));
}

function placesOf(tree: Tree): { holder: object; key: string }[] {
  if (typeof tree !== 'object' || tree === null) return [];
  return Object.keys(tree)
    .filter((key) => key !== 'model')
    .flatMap((key) => [{ holder: tree, key }, ...placesOf((tree as Record<string, Tree>)[key])]);
}

function nest(value: Tree, depth: number): Tree {
  let nested = value;
  for (let i = 0; i < depth; i++) nested = i % 2 === 0 ? [nested] : { x: nested };
  return nested;
}

/** Damages the text itself: a byte removed, doubled or replaced. */
function scratch(text: string, random: Random): string {
  const at = random.below(text.length);
  const way = random.below(3);
  if (way === 0) return text.slice(0, at) + text.slice(at + 1);
  if (way === 1) return text.slice(0, at) + text[at] + text.slice(at);
  return text.slice(0, at) + random.pick(['"', '{', ']', ',', '\\', '\u0000', '\u2028', '1e999']) + text.slice(at + 1);
}

/** Texts that are not, or hardly, JSON; each stands alone as a body. */
export const nastyTexts: readonly (string | Buffer)[] = [
  '',
  ' ',
  '\n',
  'null',
  'true',
  '0',
  '-',
  '"',
  '""',
  '[',
  ']',
  '{',
  '}',
  '{}',
  '[]',
  '{{}}',
  '{"a"}',
  '{"a":}',
  '{"a":1,}',
  '{,}',
  '{"a":1 "b":2}',
  "{'model':'x'}",
  '{model:"x"}',
  '{"model":NaN}',
  '{"model":Infinity}',
  '{"model":undefined}',
  '{"model":0x10}',
  '{"model":01}',
  '{"model":1.}',
  '{"model":.5}',
  '{"model":+1}',
  '{"model":1e}',
  '{"model":"\\x41"}',
  '{"model":"\\u12"}',
  '{"model":"a\nb"}',
  '{"model":"a\u0000b"}',
  '{"model":"x"}x',
  '{"model":"x"}}',
  '// c\n{}',
  '{"model":"x"/**/}',
  '\ufeff{}',
  '<html></html>',
  'model=x&stream=true',
  '--boundary\r\n',
  'data: {"model":"x"}\n\n',
  '\u0000',
  '{"__proto__":{"model":"x"}}',
  '{"model":{"toString":"x"}}',
  '{"model":["oa/echo"]}',
  '{"model":"oa/echo","model":"oa/echo"}',
  '{"model":"oa/echo","messages":"x"}',
  '{"model":"oa/echo","messages":{}}',
  '{"model":"oa/echo","messages":[]}',
  '{"model":"oa/echo","messages":null}',
  '{"model":"","messages":[1]}',
  `{"model":"${'m'.repeat(1000)}","messages":[1]}`,
  `{"model":"oa/echo","messages":[1],"x":${'['.repeat(20_000)}}`,
  '['.repeat(200_000),
  '{"a":'.repeat(100_000),
  `{"model":"oa/echo","messages":[1],"x":${'9'.repeat(50_000)}}`,
  `{"model":"oa/echo","messages":[1],"x":-${'9'.repeat(400)}e-${'9'.repeat(10)}}`,
  `{${Array.from({ length: 100_000 }, (_, i) => `"k${i}":0`).join(',')}}`,
  `{"model":"oa/echo","messages":[${'1,'.repeat(250_000)}1]}`,
  Buffer.from([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]),
  Buffer.from([0xc0, 0x80]),
  Buffer.from([0xed, 0xa0, 0x80]),
  Buffer.from([0xf4, 0x90, 0x80, 0x80]),
  Buffer.concat([Buffer.from('{"model":"'), Buffer.from([0xe2, 0x82]), Buffer.from('"}')]),
  Buffer.alloc(1000, 0),
  Buffer.alloc(100_000, 0x22),
];

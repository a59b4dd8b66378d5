/** Providers of one dialect (OpenAI chat) that do all that they are asked, or lie in one way each. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Ask {
  readonly model: string;
  readonly stream?: boolean;
  readonly max_tokens?: number;
  readonly max_completion_tokens?: number;
  readonly stop?: string | readonly string[];
  readonly tools?: readonly unknown[];
  readonly response_format?: { readonly type: string };
  readonly messages: readonly { readonly role: string; readonly content: unknown; readonly tool_call_id?: string }[];
}

/** What a lie changes of an obedient answer. */
export interface Lie {
  readonly ignores?: readonly ('stop' | 'limit' | 'schema' | 'system' | 'image' | 'key' | 'model')[];
  readonly noUsage?: boolean;
  readonly noEnd?: boolean;
  readonly brokenArguments?: boolean;
  readonly sameIds?: boolean;
  /** In place of 404 for a model that it does not have. */
  readonly unknownModelStatus?: number;
}

export interface FakeVendor {
  readonly url: string;
  close(): Promise<void>;
}

export const fakeKey = 'sk-fake-vendor-0123456789abcdef';

export async function startFakeVendor(lie: Lie = {}): Promise<FakeVendor> {
  const ignores = (what: NonNullable<Lie['ignores']>[number]) => lie.ignores?.includes(what) === true;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const json = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const refuse = (status: number, message: string, code: string) =>
      json(status, { error: { message, type: 'invalid_request_error', param: null, code } });
    if (!request.url?.endsWith('/chat/completions')) return refuse(404, 'No such path.', 'not_found');
    if (request.headers.authorization !== `Bearer ${fakeKey}` && !ignores('key'))
      return refuse(401, 'Incorrect API key provided.', 'invalid_api_key');
    const ask = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Ask;
    if (ask.model !== 'obedient' && !ignores('model'))
      return refuse(lie.unknownModelStatus ?? 404, `The model ${ask.model} does not exist.`, 'model_not_found');
    const answer = answerTo(ask, lie, ignores);
    if (ask.stream !== true) return json(200, whole(answer, lie));
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(streamed(answer, lie));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Answer {
  readonly text: string;
  readonly thinking: string;
  readonly calls: readonly { readonly id: string; readonly type: 'function'; readonly function: object }[];
  readonly finish: string;
}

function answerTo(
  ask: Ask,
  lie: Lie,
  ignores: (what: 'stop' | 'limit' | 'schema' | 'system' | 'image') => boolean,
): Answer {
  const user = JSON.stringify(ask.messages.findLast(({ role }) => role === 'user')?.content ?? '');
  const results = ask.messages.filter(({ role }) => role === 'tool');
  const cities = /Rome/.test(user) ? ['Paris', 'Rome'] : ['Paris'];
  const thinking = !user.includes('Think before') ? '' : 'Seventeen times twenty is three hundred and forty.';
  if (ask.tools !== undefined && results.length === 0) {
    const calls = cities.map((city, at) => ({
      id: lie.sameIds ? 'call_1' : `call_${at + 1}`,
      type: 'function' as const,
      function: { name: 'get_weather', arguments: lie.brokenArguments ? `{"city":"${city}` : JSON.stringify({ city }) },
    }));
    return { text: '', thinking, calls, finish: 'tool_calls' };
  }
  const said = sayTo(
    ask,
    user,
    results.map(({ content }) => String(content)),
    ignores,
  );
  const stop = ignores('stop') ? undefined : [ask.stop ?? []].flat()[0];
  const stopped = stop === undefined ? said : (said.split(stop)[0] ?? '');
  const limit = ignores('limit') ? Infinity : (ask.max_completion_tokens ?? ask.max_tokens ?? Infinity);
  const words = stopped.split(' ');
  const text = words.slice(0, limit).join(' ');
  return { text, thinking, calls: [], finish: words.length > limit ? 'length' : 'stop' };
}

function sayTo(
  ask: Ask,
  user: string,
  results: readonly string[],
  ignores: (what: 'schema' | 'system' | 'image') => boolean,
): string {
  if (results.length > 0) return `It is ${results.join(' and ')}.`;
  const isSystem = ({ role }: { role: string }) => role === 'system' || role === 'developer';
  if (ask.messages.some(isSystem) && !ignores('system')) return 'BANANA';
  if (user.includes('image_url') && !ignores('image')) return 'Red.';
  if (ask.response_format !== undefined && !ignores('schema')) return '{"word":"tree","number":7}';
  if (user.includes('digits')) return '1 2 3 4 5 6 7 8 9';
  return user.includes('PONG') ? 'PONG' : 'The sea is wide and blue. '.repeat(40).trim();
}

function usageOf({ text, calls, thinking }: Answer) {
  const output = text.split(' ').length + thinking.split(' ').length + calls.length * 12;
  return { prompt_tokens: 20, completion_tokens: output, total_tokens: 20 + output };
}

const head = { id: 'chatcmpl-1', created: 1_790_000_000, model: 'obedient' };

function whole(answer: Answer, lie: Lie): object {
  const { text, thinking, calls, finish } = answer;
  const message = {
    role: 'assistant',
    content: calls.length > 0 ? null : text,
    ...(thinking !== '' && { reasoning_content: thinking }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
  const choices = [{ index: 0, message, finish_reason: finish }];
  return { ...head, object: 'chat.completion', choices, ...(!lie.noUsage && { usage: usageOf(answer) }) };
}

function streamed(answer: Answer, lie: Lie): string {
  const chunk = (choices: readonly object[], more: object = {}) =>
    `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', choices, ...more })}\n\n`;
  const delta = (content: object, finish: string | null = null) => [
    { index: 0, delta: content, finish_reason: finish },
  ];
  const events = [chunk(delta({ role: 'assistant', content: '' }))];
  if (answer.thinking !== '') events.push(chunk(delta({ reasoning_content: answer.thinking })));
  for (const piece of answer.text === '' ? [] : answer.text.split(/(?<= )/))
    events.push(chunk(delta({ content: piece })));
  for (const [index, call] of answer.calls.entries()) events.push(chunk(delta({ tool_calls: [{ index, ...call }] })));
  if (lie.noEnd) return events.join('');
  events.push(chunk(delta({}, answer.finish)));
  if (!lie.noUsage) events.push(chunk([], { usage: usageOf(answer) }));
  return `${events.join('')}data: [DONE]\n\n`;
}

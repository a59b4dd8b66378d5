/** Answers as the official SDK reads them in this API: events, accumulated, and whole. */
import OpenAI from 'openai';
import type { Response, ResponseCreateParamsBase } from 'openai/resources/responses/responses';
import { type Rig, rigKey } from '../cases/rig.ts';
import { responseObjectViolations, responsesStreamViolations } from '../validators/responses-stream.ts';
import { ask } from './corpus.ts';

export function client(rig: Rig): OpenAI {
  return new OpenAI({ apiKey: rigKey, baseURL: `${rig.url}/v1`, maxRetries: 0 });
}

/** Three ways to read a stream, which must agree, and the strict judge. `serve` is called before each request. */
export async function readStream(
  rig: Rig,
  body: ResponseCreateParamsBase & { model: string },
  serve: () => void,
): Promise<Response> {
  serve();
  const accumulated = await client(rig)
    .responses.stream(body as never)
    .finalResponse();
  serve();
  let last: Response | undefined;
  for await (const event of await client(rig).responses.create({ ...body, stream: true }))
    if (event.type === 'response.completed' || event.type === 'response.incomplete') last = event.response;
  serve();
  const raw = await ask(rig, { ...body, stream: true });
  const wrong = responsesStreamViolations(raw.body.toString());
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  if (last === undefined) throw new Error('no last event');
  if (accumulated.output.length !== last.output.length) throw new Error('the accumulator saw other items');
  return last;
}

export async function readWhole(rig: Rig, body: ResponseCreateParamsBase & { model: string }): Promise<Response> {
  const response = await client(rig).responses.create({ ...body, stream: false });
  const { output_text: _, ...fields } = response;
  const wrong = responseObjectViolations(fields);
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  return response;
}

/** What a whole response says, whoever made it. */
export interface Said {
  readonly text: string;
  readonly refusal: string;
  readonly reasoning: string;
  readonly calls: readonly { readonly id: string; readonly name: string; readonly args: unknown }[];
}

export function saidIn({ output }: Response): Said {
  const parts = output.flatMap((item) => (item.type === 'message' ? item.content : []));
  const reasoning = output.flatMap((item) => (item.type === 'reasoning' ? item.summary : []));
  const calls = output.flatMap((item) => (item.type === 'function_call' ? [item] : []));
  return {
    text: parts.map((part) => (part.type === 'output_text' ? part.text : '')).join(''),
    refusal: parts.map((part) => (part.type === 'refusal' ? part.refusal : '')).join(''),
    reasoning: reasoning.map(({ text }) => text).join(''),
    calls: calls.map(({ call_id: id, name, arguments: args }) => ({ id, name, args: JSON.parse(args) as unknown })),
  };
}

/** The scenarios by the official OpenAI SDK for Node. */
import OpenAI from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import type { ChatCompletion, ChatCompletionMessageParam, ChatCompletionTool } from 'openai/resources/chat/completions';
import { z } from 'zod';
import { lookupResult } from '../fakes/personas.ts';
import { caught, collect } from './outcome.ts';
import { type Outcome, type Outcomes, png, prompt, type SdkTarget } from './sdk-suite.ts';

const tools: ChatCompletionTool[] = [
  {
    type: 'function',
    function: {
      name: 'lookup',
      description: 'Counts the people of a city.',
      parameters: {
        type: 'object',
        properties: { step: { type: 'integer' }, city: { type: 'string' } },
        required: ['step', 'city'],
      },
    },
  },
];
const person = z.object({ name: z.string(), age: z.number().int(), tags: z.array(z.string()) });

export function runOpenaiNode(target: SdkTarget): Promise<Outcomes> {
  const program = new Program(target);
  return collect({
    plain: () => program.plain(),
    stream: () => program.stream(),
    tools: () => program.tools(false),
    'tools-stream': () => program.tools(true),
    image: () => program.image(),
    structured: () => program.structured(),
    thinking: () => program.thinking(target.thinkingModel, false),
    'thinking-stream': () => program.thinking(target.thinkingModel, true),
    'thinking-sealed': async () => ({}),
    'error-401': () => new Program({ ...target, key: 'tg-wrong-0123456789' }).plain(),
    'error-404': () => program.ask(target.missingModel),
    'error-429': () => program.ask(`${target.prefix}error-429`),
    'error-mid-stream': () => program.brokenStream(),
    abort: () => program.abort(),
  });
}

class Program {
  readonly #client: OpenAI;
  readonly #prefix: string;

  constructor({ url, key, prefix }: SdkTarget) {
    this.#client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });
    this.#prefix = prefix;
  }

  plain(): Promise<Outcome> {
    return this.ask(`${this.#prefix}echo`);
  }

  async ask(model: string): Promise<Outcome> {
    return outcomeOf(await this.#client.chat.completions.create({ model, messages: [user(prompt)] }));
  }

  async stream(): Promise<Outcome> {
    const stream = this.#client.chat.completions.stream({
      model: `${this.#prefix}echo`,
      messages: [user(prompt)],
      stream_options: { include_usage: true },
    });
    let pieces = 0;
    stream.on('content', () => {
      pieces++;
    });
    return { ...outcomeOf(await stream.finalChatCompletion()), pieces };
  }

  async tools(streamed: boolean): Promise<Outcome> {
    const messages: ChatCompletionMessageParam[] = [{ role: 'system', content: 'Be exact.' }, user(prompt)];
    for (;;) {
      const body = { model: `${this.#prefix}tool-loop-3`, messages, tools };
      const answer = await this.#complete(body, streamed);
      const message = answer.choices[0]?.message;
      if (message === undefined || answer.choices[0]?.finish_reason !== 'tool_calls') return outcomeOf(answer);
      messages.push(message, ...toolResults(message));
    }
  }

  async image(): Promise<Outcome> {
    const url = `data:image/png;base64,${png}`;
    const content = [
      { type: 'text' as const, text: 'what is this?' },
      { type: 'image_url' as const, image_url: { url } },
    ];
    const body = { model: `${this.#prefix}image`, messages: [{ role: 'user' as const, content }] };
    return outcomeOf(await this.#client.chat.completions.create(body));
  }

  async structured(): Promise<Outcome> {
    const answer = await this.#client.chat.completions.parse({
      model: `${this.#prefix}structured`,
      messages: [user(prompt)],
      response_format: zodResponseFormat(person, 'person'),
    });
    return { parsed: answer.choices[0]?.message.parsed };
  }

  async thinking(model: string, streamed: boolean): Promise<Outcome> {
    const messages: ChatCompletionMessageParam[] = [user(prompt)];
    const body = { model, messages, tools, reasoning_effort: 'medium' as const };
    let thought = '';
    const first = (await this.#complete(body, streamed, (text) => (thought += text))).choices[0]?.message;
    if (first === undefined) return {};
    messages.push(first, ...toolResults(first));
    const second = await this.#complete(body, streamed);
    return { ...outcomeOf(second), thinking: streamed ? thought : reasoningOf(first) };
  }

  async brokenStream(): Promise<Outcome> {
    let pieces = 0;
    let text = '';
    try {
      const body = { model: `${this.#prefix}error-mid-stream`, messages: [user(prompt)], stream: true as const };
      for await (const chunk of await this.#client.chat.completions.create(body)) {
        const piece = chunk.choices[0]?.delta.content ?? '';
        text += piece;
        if (piece !== '') pieces++;
      }
      return { pieces, text };
    } catch (error) {
      return { pieces, text, error: caught(error) };
    }
  }

  async abort(): Promise<Outcome> {
    const body = { model: `${this.#prefix}lorem-500-10ms`, messages: [user(prompt)], stream: true as const };
    const stream = await this.#client.chat.completions.create(body);
    let pieces = 0;
    for await (const chunk of stream) if ((chunk.choices[0]?.delta.content ?? '') !== '' && ++pieces === 5) break;
    stream.controller.abort();
    return { pieces };
  }

  #complete(
    body: {
      model: string;
      messages: ChatCompletionMessageParam[];
      tools: ChatCompletionTool[];
      reasoning_effort?: 'medium';
    },
    streamed: boolean,
    onThought: (text: string) => void = () => {},
  ): Promise<ChatCompletion> {
    if (!streamed) return this.#client.chat.completions.create(body);
    const stream = this.#client.chat.completions.stream(body);
    // The SDK's own accumulator keeps only the last piece of a field that it does not know.
    stream.on('chunk', (chunk) => onThought(reasoningOf(chunk.choices[0]?.delta ?? {})));
    return stream.finalChatCompletion();
  }
}

function user(content: string): ChatCompletionMessageParam {
  return { role: 'user', content };
}

function toolResults(message: ChatCompletion['choices'][number]['message']): ChatCompletionMessageParam[] {
  return (message.tool_calls ?? []).flatMap((call) =>
    call.type === 'function'
      ? [{ role: 'tool' as const, tool_call_id: call.id, content: lookupResult(JSON.parse(call.function.arguments)) }]
      : [],
  );
}

function reasoningOf(message: object): string {
  return 'reasoning_content' in message ? String(message.reasoning_content ?? '') : '';
}

function outcomeOf(answer: ChatCompletion): Outcome {
  const choice = answer.choices[0];
  return {
    text: choice?.message.content ?? '',
    finish: choice?.finish_reason ?? '',
    input: answer.usage?.prompt_tokens,
    output: answer.usage?.completion_tokens,
  };
}

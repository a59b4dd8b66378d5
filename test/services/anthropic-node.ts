/** The scenarios by the official Anthropic SDK for Node. */
import Anthropic from '@anthropic-ai/sdk';
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import type {
  Message,
  MessageCreateParamsNonStreaming,
  MessageParam,
  Tool,
} from '@anthropic-ai/sdk/resources/messages';
import { z } from 'zod';
import { lookupResult } from '../fakes/personas.ts';
import { caught, collect } from './outcome.ts';
import { type Outcome, type Outcomes, png, prompt, type SdkTarget } from './sdk-suite.ts';

const tools: Tool[] = [
  {
    name: 'lookup',
    description: 'Counts the people of a city.',
    input_schema: {
      type: 'object',
      properties: { step: { type: 'integer' }, city: { type: 'string' } },
      required: ['step', 'city'],
    },
  },
];
const person = z.object({ name: z.string(), age: z.number().int(), tags: z.array(z.string()) });

export function runAnthropicNode(target: SdkTarget): Promise<Outcomes> {
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
    'thinking-sealed': async () => (target.sealedModel === '' ? {} : program.thinking(target.sealedModel, true)),
    'error-401': () => new Program({ ...target, key: 'tg-wrong-0123456789' }).plain(),
    'error-404': () => program.ask(target.missingModel),
    'error-429': () => program.ask(`${target.prefix}error-429`),
    'error-mid-stream': () => program.brokenStream(),
    abort: () => program.abort(),
  });
}

class Program {
  readonly #client: Anthropic;
  readonly #prefix: string;

  constructor({ url, key, prefix }: SdkTarget) {
    this.#client = new Anthropic({ baseURL: url, apiKey: key, maxRetries: 0 });
    this.#prefix = prefix;
  }

  plain(): Promise<Outcome> {
    return this.ask(`${this.#prefix}echo`);
  }

  async ask(model: string): Promise<Outcome> {
    return outcomeOf(await this.#client.messages.create({ model, max_tokens: 1000, messages: [user(prompt)] }));
  }

  async stream(): Promise<Outcome> {
    const body = { model: `${this.#prefix}echo`, max_tokens: 1000, messages: [user(prompt)] };
    const stream = this.#client.messages.stream(body);
    let pieces = 0;
    stream.on('text', () => {
      pieces++;
    });
    return { ...outcomeOf(await stream.finalMessage()), pieces };
  }

  async tools(streamed: boolean): Promise<Outcome> {
    const messages = [user(prompt)];
    for (;;) {
      const body = { model: `${this.#prefix}tool-loop-3`, max_tokens: 1000, system: 'Be exact.', messages, tools };
      const answer = await this.#complete(body, streamed);
      if (answer.stop_reason !== 'tool_use') return outcomeOf(answer);
      messages.push({ role: 'assistant', content: answer.content }, toolResults(answer));
    }
  }

  async image(): Promise<Outcome> {
    const source = { type: 'base64' as const, media_type: 'image/png' as const, data: png };
    const content = [
      { type: 'image' as const, source },
      { type: 'text' as const, text: 'what is this?' },
    ];
    const body = { model: `${this.#prefix}image`, max_tokens: 1000, messages: [{ role: 'user' as const, content }] };
    return outcomeOf(await this.#client.messages.create(body));
  }

  async structured(): Promise<Outcome> {
    const answer = await this.#client.messages.parse({
      model: `${this.#prefix}structured`,
      max_tokens: 1000,
      messages: [user(prompt)],
      output_config: { format: zodOutputFormat(person) },
    });
    return { parsed: answer.parsed_output };
  }

  async thinking(model: string, streamed: boolean): Promise<Outcome> {
    const messages = [user(prompt)];
    const thinking = { type: 'enabled' as const, budget_tokens: 2000 };
    const body = { model, max_tokens: 4000, thinking, messages, tools };
    const first = await this.#complete(body, streamed);
    messages.push({ role: 'assistant', content: first.content }, toolResults(first));
    const second = await this.#complete(body, streamed);
    const shown = first.content.map((block) => (block.type === 'thinking' ? block.thinking : '')).join('');
    return { ...outcomeOf(second), thinking: shown };
  }

  async brokenStream(): Promise<Outcome> {
    let pieces = 0;
    let text = '';
    try {
      const body = {
        model: `${this.#prefix}error-mid-stream`,
        max_tokens: 1000,
        messages: [user(prompt)],
        stream: true as const,
      };
      for await (const event of await this.#client.messages.create(body)) {
        if (event.type !== 'content_block_delta' || event.delta.type !== 'text_delta') continue;
        text += event.delta.text;
        pieces++;
      }
      return { pieces, text };
    } catch (error) {
      return { pieces, text, error: caught(error) };
    }
  }

  async abort(): Promise<Outcome> {
    const body = {
      model: `${this.#prefix}lorem-500-10ms`,
      max_tokens: 1000,
      messages: [user(prompt)],
      stream: true as const,
    };
    const stream = await this.#client.messages.create(body);
    let pieces = 0;
    for await (const event of stream) if (event.type === 'content_block_delta' && ++pieces === 5) break;
    stream.controller.abort();
    return { pieces };
  }

  #complete(body: MessageCreateParamsNonStreaming, streamed: boolean): Promise<Message> {
    return streamed ? this.#client.messages.stream(body).finalMessage() : this.#client.messages.create(body);
  }
}

function user(content: string): MessageParam {
  return { role: 'user', content };
}

function toolResults(answer: Message): MessageParam {
  const content = answer.content.flatMap((block) =>
    block.type === 'tool_use'
      ? [
          {
            type: 'tool_result' as const,
            tool_use_id: block.id,
            content: lookupResult(block.input as Record<string, unknown>),
          },
        ]
      : [],
  );
  return { role: 'user', content };
}

function outcomeOf(answer: Message): Outcome {
  return {
    text: answer.content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
    finish: answer.stop_reason ?? '',
    input: answer.usage.input_tokens,
    output: answer.usage.output_tokens,
  };
}

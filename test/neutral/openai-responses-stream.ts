/** OpenAI Responses as a stream. https://platform.openai.com/docs/api-reference/responses-streaming */
import type { Block, ChatEvent, Emit } from '../../src/llm/chat.ts';
import { BlockWriter } from './blocks.ts';
import type { Told } from './leaves.ts';
import { type Answer, carry, dialect, emitEnd, type Item, type Part, readItem, readPart } from './openai-responses.ts';

export interface StreamEvent {
  readonly type: string;
  readonly response?: Answer & { readonly error?: { readonly code?: string; readonly message: string } };
  readonly item?: Item;
  readonly part?: Part;
  readonly delta?: string;
  readonly logprobs?: readonly unknown[];
  readonly output_index?: number;
  readonly error?: { readonly code?: string; readonly message: string };
}

export class StreamReader {
  readonly #emit: Emit<ChatEvent>;
  readonly #blocks: BlockWriter;
  readonly #items: Item[] = [];
  readonly #late: Item[] = [];
  #item: { readonly index: number | undefined; readonly added: Item; begun: boolean } | undefined;

  constructor(emit: Emit<ChatEvent>) {
    this.#emit = emit;
    this.#blocks = new BlockWriter(emit);
  }

  push(event: StreamEvent): void {
    const { type, response, item, part, output_index: index } = event;
    if (type === 'response.created' && response) this.#emit({ type: 'start', id: response.id, model: response.model });
    else if (type === 'response.output_item.added' && item) this.#added(item, index);
    else if (type === 'response.output_item.done' && item) this.#done(item, index);
    else if (type === 'error' || type === 'response.failed') this.#fail(event.error ?? response?.error);
    else if ((type === 'response.completed' || type === 'response.incomplete') && response) {
      this.#blocks.end();
      emitEnd(response, this.#items, this.#late.length > 0 ? { late: this.#late } : {}, this.#emit);
    } else if (part && type.endsWith('.added')) this.#begin(readPartOf(part, this.#item?.added));
    else if (this.#blocks.open?.type === 'opaque') this.#blocks.carried(carry(withoutPlace(event)).carried);
    else if (type.endsWith('.delta')) this.#delta(event);
    else if (type === 'response.output_text.annotation.added') this.#blocks.carried(carry(withoutPlace(event)).carried);
  }

  /** A new item ends the one before: some providers close an item only when the next one is over. */
  #added(item: Item, index: number | undefined): void {
    this.#item = { index, added: item, begun: false };
    this.#items.push(item);
    const { type } = item;
    if (type === 'message' || type === 'reasoning') return;
    for (const block of readItem(item)) this.#begin(block);
  }

  #begin(block: Block): void {
    if (this.#item) this.#item.begun = true;
    this.#blocks.begin(block);
  }

  #delta({ delta = '', logprobs }: StreamEvent): void {
    this.#blocks.delta(delta);
    if (logprobs !== undefined && logprobs.length > 0) this.#blocks.carried(carry({ logprobs }).carried);
  }

  #done(item: Item, index: number | undefined): void {
    if (this.#item?.index !== index) {
      this.#late.push(item);
      return;
    }
    if (item.type === 'reasoning' && this.#item?.begun !== true) this.#begin({ type: 'thinking', text: '' });
    const { content: _content, summary: _summary, encrypted_content: sealed, arguments: _args, ...rest } = item;
    if (item.type === 'reasoning' && sealed) this.#blocks.seal({ dialect, value: sealed });
    const known = item.type === 'message' || item.type === 'reasoning' || item.type === 'function_call';
    if (this.#blocks.open !== undefined) this.#blocks.carried(carry(known ? rest : { ...item }).carried);
    this.#blocks.end();
  }

  #fail(error: { code?: string; message: string } | undefined): void {
    const { code, message = 'no reason given' } = error ?? {};
    this.#emit({ type: 'error', error: { kind: 'upstream', message, ...(code && { code }) } });
  }
}

function readPartOf(part: Part, item: Item | undefined): Block {
  const { content: _content, summary: _summary, encrypted_content: _sealed, type: itemType, ...own } = item ?? {};
  if (itemType !== 'reasoning')
    return readPart({ ...part, text: part.text === undefined ? undefined : '' } as Part, own);
  const { text: _text, ...rest } = part;
  return { type: 'thinking', text: '', ...carry({ ...own, part: rest }) };
}

/** Without what only numbers events and pads them. */
function withoutPlace(event: object): Readonly<Record<string, unknown>> {
  const place = ['sequence_number', 'output_index', 'content_index', 'item_id', 'obfuscation'];
  return Object.fromEntries(Object.entries(event).filter(([name]) => !place.includes(name)));
}

export const told: readonly Told[] = [
  {
    at: /\.(sequence_number|output_index|content_index|summary_index|obfuscation)$/,
    how: 'order and padding of an event',
  },
  { at: /^<[\w.]*>\.type$/, how: 'which event it is' },
  { at: /\.item_id$/, how: 'the block that is open; its id is carried' },
  {
    at: /^<[\w.]*>(\.input\[\]|\.output\[\]|\.item|\.part|\.response\.output\[\])(\.(content|summary)\[\])?\.type$/,
    how: 'the type of a block',
  },
  { at: /\.role$/, how: 'Turn.role; an answer is the assistant’s' },
  { at: /^<>\.tools\[\]\.type$/, how: 'Tool.form and Tool.opaque' },
  { at: /^<>\.text\.format\.type$/, how: 'OutputFormat.type' },
  { at: /^<response\.(created|in_progress)>\.response\.status$/, how: 'the answer has started' },
  { at: /^<response\.output_item\.added>\.item\.encrypted_content$/, how: 'replaced by the one of the finished item' },
  { at: /^<response\.output_item\.added>\.item\.status$/, how: 'the block has started' },
  {
    at: /^<response\.(created|in_progress)>\.response\.(service_tier|tools\[\]\.parameters)$/,
    how: 'the finished answer has the last word',
  },
  {
    at: /^<response\.completed>\.response\.output\[\]\.(encrypted_content|id)$/,
    how: 'told with the item: here sealed anew, and some providers rotate ids',
  },
  { at: /^<response\.output_item\.done>.*\.logprobs\[\]\.logprob$/, how: 'the deltas had them, unrounded' },
  { at: /^<error>\.error\.type$/, how: 'LlmError.kind' },
];

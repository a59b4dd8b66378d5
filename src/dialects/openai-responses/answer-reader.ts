/**
 * Reads the items of an answer into neutral events, one block open at a time. On the wire an item may begin before the
 * one ahead of it is done: what comes for it waits, unless the one ahead can end at once.
 */
import type { Block, Carried, ChatEvent, Emit, StopReason } from '../../llm/chat.ts';
import type { LlmError } from '../../llm/error.ts';
import { BlockWriter } from '../openai-chat/block-writer.ts';
import { readErrorObject } from '../openai-chat/error.ts';
import { type Fields, isFields } from '../openai-chat/shape.ts';
import { lengthOf, type PartPlace, partBreak, readSlot } from './sealed.ts';
import { readUsage } from './usage.ts';
import { dialectId, leftover, textOf } from './wire.ts';

type Step = () => void;

interface Item {
  readonly key: string;
  readonly type: string;
  /** As it was announced; its last form comes when it is done. */
  fields: Fields;
  /** What came while another item was open; undefined once it is this item's turn. */
  waiting: Step[] | undefined;
  isDone: boolean;
  /** Text of the open part, to tell what a closing event adds. */
  said: string;
  /** Which part is open: `summary:0`, `content:1`. */
  part: string;
  /** Parts of reasoning that were begun, and their lengths. */
  readonly parts: { text: string; place: PartPlace }[];
}

export class AnswerReader {
  readonly #emit: Emit<ChatEvent>;
  readonly #blocks: BlockWriter;
  readonly #items: Item[] = [];
  /** The first item that is not over. */
  #current = 0;
  #started = false;
  #over = false;
  #refused = false;
  #called = false;
  #waits = false;

  constructor(emit: Emit<ChatEvent>) {
    this.#emit = (event) => {
      if (!this.#over) emit(event);
    };
    this.#blocks = new BlockWriter(this.#emit);
  }

  get over(): boolean {
    return this.#over;
  }

  get hasItems(): boolean {
    return this.#items.length > 0;
  }

  start(answer: Fields): void {
    if (this.#started) return;
    this.#started = true;
    this.#emit({ type: 'start', id: textOf(answer.id), model: textOf(answer.model) });
  }

  added(key: string, fields: Fields): void {
    this.start({});
    const type = textOf(fields.type);
    const ahead = this.#items[this.#current];
    const item: Item = { key, type, fields, waiting: [], isDone: false, said: '', part: '', parts: [] };
    this.#items.push(item);
    if (ahead === undefined) return this.#begin(item);
    // Some announce the next item before they close a message; nothing more comes for it but repetition.
    if (canEndEarly(ahead)) {
      ahead.isDone = true;
      this.#finishCurrent();
    }
  }

  partAdded(key: string | undefined, place: string, part: Fields): void {
    this.#step(key, part.type === 'refusal' || part.type === 'output_text' ? 'message' : 'reasoning', (item) =>
      this.#openPart(item, place, part),
    );
  }

  /** More of a text, a refusal, reasoning or a call's arguments. `type`: of an item that was never announced. */
  delta(key: string | undefined, type: string, place: string, delta: string): void {
    if (delta === '') return;
    // More of an item that had to end early is another block of its kind.
    if (key !== undefined && this.#isOver(key)) this.added(key, { type });
    this.#step(key, type, (item) => {
      const kind = place.split(':', 1)[0];
      if (isReading(item.type) && item.part !== place)
        this.#openPart(item, place, { type: kind === 'refusal' ? 'refusal' : 'output_text' });
      this.#say(item, delta);
    });
  }

  /** The whole text of the open part, which may be more than what its deltas said. */
  whole(key: string | undefined, type: string, place: string, text: string): void {
    this.#step(key, type, (item) => {
      if (isReading(item.type) && item.part !== place) {
        // Parts that are over are only repeated.
        if (text === '' || item.parts.length > 0 || item.part !== '') return;
        this.#openPart(item, place, { type: place.startsWith('refusal') ? 'refusal' : 'output_text' });
      }
      if (text.startsWith(item.said)) this.#say(item, text.slice(item.said.length));
    });
  }

  annotation(key: string | undefined, raw: unknown): void {
    this.#step(key, 'message', () => this.#blocks.carried({ dialect: dialectId, raw }));
  }

  done(key: string, fields: Fields): void {
    if (!this.#items.some((item) => item.key === key)) this.added(key, fields);
    this.#step(key, textOf(fields.type), (item) => {
      item.fields = fields;
      item.isDone = true;
    });
    this.#finishCurrent();
  }

  /** `answer`: as it stands in the last event, or the whole body. */
  end(answer: Fields): void {
    this.start(answer);
    const reading = readUsage(answer);
    if (reading !== undefined) {
      const flags = reading.flags.length > 0 ? { flags: reading.flags } : {};
      this.#emit({ type: 'usage', usage: reading.usage, ...flags });
    }
    const failure = failureIn(answer);
    if (failure !== undefined) return this.fail(failure);
    if (answer.status === 'queued' || answer.status === 'in_progress') return this.fail(unfinished);
    const output = Array.isArray(answer.output) ? answer.output.filter(isFields) : [];
    if (!this.hasItems) output.forEach((item, i) => void this.done(`#${i}`, item));
    for (const item of this.#items) item.isDone = true;
    this.#finishCurrent();
    const isKnown = ['', 'max_output_tokens', 'content_filter'].includes(incompleteReason(answer));
    // A reason that is not known yet is told to its own callers, and reported to others.
    const carried = leftover(
      answer,
      isKnown ? answerFields : answerFields.filter((name) => name !== 'incomplete_details'),
    );
    this.#emit({ type: 'end', stop: this.#stop(answer), ...(carried && { carried }) });
    this.#over = true;
  }

  fail(error: LlmError): void {
    this.#emit({ type: 'error', error });
    this.#over = true;
  }

  /** Does it now, or when it is the item's turn. */
  #step(key: string | undefined, type: string, act: (item: Item) => void): void {
    const item = this.#find(key, type);
    if (item.waiting === undefined) act(item);
    else item.waiting.push(() => act(item));
  }

  #find(key: string | undefined, type: string): Item {
    const found = key === undefined ? this.#items.at(-1) : this.#items.findLast((item) => item.key === key);
    if (found !== undefined) return this.#items.lastIndexOf(found) < this.#current ? overItem : found;
    // Never announced.
    this.added(key ?? `#${this.#items.length}`, { type });
    return this.#items.at(-1) as Item;
  }

  #isOver(key: string): boolean {
    const at = this.#items.findLastIndex((item) => item.key === key);
    return at !== -1 && at < this.#current;
  }

  #begin(item: Item): void {
    const steps = item.waiting ?? [];
    item.waiting = undefined;
    if (item.type === 'function_call' || item.type === 'custom_tool_call') this.#openCall(item);
    for (const step of steps) step();
  }

  /** Ends the items that are done, in order, and lets the next one speak. */
  #finishCurrent(): void {
    for (let item = this.#items[this.#current]; item?.isDone; item = this.#items[this.#current]) {
      this.#close(item);
      this.#current++;
      const next = this.#items[this.#current];
      if (next !== undefined) this.#begin(next);
    }
  }

  #openPart(item: Item, place: string, part: Fields): void {
    if (item.part === place) return;
    item.part = place;
    item.said = '';
    if (item.type === 'reasoning') {
      if (!this.#blocks.isAnyOpen) this.#openThinking(item);
      else if (item.parts.length > 0) this.#blocks.delta(partBreak);
      item.parts.push({ text: '', place: place.startsWith('summary') ? 'summary' : 'content' });
      return;
    }
    this.#blocks.close();
    const carried = leftover(item.fields, messageFields);
    const isRefusal = part.type === 'refusal';
    if (isRefusal) this.#refused = true;
    this.#blocks.open(item.key, { type: isRefusal ? 'refusal' : 'text', text: '', ...(carried && { carried }) });
  }

  #openThinking(item: Item): void {
    const carried = leftover({ id: item.fields.id }, []);
    this.#blocks.open(item.key, { type: 'thinking', text: '', ...(carried && { carried }) });
  }

  #openCall(item: Item): void {
    const { fields } = item;
    this.#called = true;
    const carried = leftover(fields, callFields);
    const form = item.type === 'custom_tool_call' ? ({ form: 'freeform' } as const) : {};
    const id = textOf(fields.call_id) || textOf(fields.id);
    const call: Block = { type: 'tool-call', id, name: textOf(fields.name), args: '', ...form };
    this.#blocks.open(item.key, carried === undefined ? call : { ...call, carried });
  }

  #say(item: Item, delta: string): void {
    item.said += delta;
    const part = item.parts.at(-1);
    if (part !== undefined) part.text += delta;
    this.#blocks.delta(delta);
  }

  #close(item: Item): void {
    const { fields, type } = item;
    if (type === 'message') this.#closeMessage(item);
    else if (type === 'reasoning') this.#closeReasoning(item);
    else if (type === 'function_call' || type === 'custom_tool_call') {
      const all = textOf(type === 'function_call' ? fields.arguments : fields.input);
      if (all.startsWith(item.said)) this.#say(item, all.slice(item.said.length));
    } else {
      if (waitingCalls.includes(type)) this.#waits = true;
      const carried: Carried = { dialect: dialectId, raw: fields };
      this.#blocks.open(item.key, { type: 'opaque', carried });
    }
    this.#blocks.close();
  }

  /** A message that came whole, without a delta. */
  #closeMessage(item: Item): void {
    if (item.part !== '' || !Array.isArray(item.fields.content)) return;
    item.fields.content.filter(isFields).forEach((part, i) => {
      const isRefusal = part.type === 'refusal';
      if (!isRefusal && part.type !== 'output_text') return;
      this.#openPart(item, `${isRefusal ? 'refusal' : 'text'}:${i}`, part);
      this.#say(item, textOf(isRefusal ? part.refusal : part.text));
      const annotations = Array.isArray(part.annotations) ? part.annotations : [];
      for (const raw of annotations) this.#blocks.carried({ dialect: dialectId, raw });
    });
  }

  #closeReasoning(item: Item): void {
    const { fields } = item;
    if (item.parts.length === 0) {
      for (const place of ['summary', 'content'] as const) {
        const list: unknown = fields[place];
        const parts = Array.isArray(list) ? list.filter(isFields) : [];
        parts.forEach((part, i) => {
          this.#openPart(item, `${place}:${i}`, part);
          this.#say(item, textOf(part.text));
        });
      }
    }
    const slot = textOf(fields.encrypted_content);
    if (!this.#blocks.isAnyOpen) {
      if (slot === '') return;
      this.#openThinking(item);
    }
    const seal = readSlot(slot, textOf(fields.id), item.parts.map(lengthOf));
    if (seal !== undefined) this.#blocks.seal(seal);
  }

  #stop(answer: Fields): StopReason {
    const incomplete = incompleteReason(answer);
    if (incomplete === 'content_filter') return 'refusal';
    if (incomplete !== '' || answer.status === 'incomplete') return 'length';
    if (this.#called) return 'tool-call';
    if (this.#refused) return 'refusal';
    return this.#waits ? 'pause' : 'end';
  }
}

function incompleteReason({ incomplete_details: details }: Fields): string {
  return isFields(details) ? textOf(details.reason) : '';
}

/** What every answer has, or repeats of its request; beside it stands what a vendor adds. */
const answerFields = [
  ...['id', 'object', 'created_at', 'completed_at', 'status', 'model', 'output', 'output_text', 'usage', 'error'],
  ...['incomplete_details', 'instructions', 'tools', 'tool_choice', 'truncation', 'parallel_tool_calls', 'text'],
  ...['temperature', 'top_p', 'presence_penalty', 'frequency_penalty', 'top_logprobs', 'reasoning', 'user', 'store'],
  ...['max_output_tokens', 'max_tool_calls', 'background', 'service_tier', 'metadata', 'safety_identifier', 'billing'],
  ...['previous_response_id', 'conversation', 'prompt', 'prompt_cache_key', 'prompt_cache_retention', 'tool_usage'],
  ...['prompt_cache_options', 'moderation', 'context_management', 'max_tokens', 'include', 'stream'],
];

const messageFields = ['type', 'id', 'status', 'role', 'content'];
const callFields = ['type', 'id', 'status', 'call_id', 'name', 'arguments', 'input'];
/** Tools of this dialect that the caller runs or must allow. */
const waitingCalls = ['mcp_approval_request', 'local_shell_call', 'shell_call', 'apply_patch_call', 'computer_call'];

/** Takes what only repeats an item that is over. */
const overItem: Item = {
  key: '',
  type: 'over',
  fields: {},
  waiting: { push: () => 0 } as unknown as Step[],
  isDone: true,
  said: '',
  part: '',
  parts: [],
};

function isReading(type: string): boolean {
  return type === 'message' || type === 'reasoning';
}

/** A seal comes with the end of its item; a call's arguments must be whole. */
function canEndEarly(item: Item): boolean {
  return item.part !== '' && isReading(item.type) && !('encrypted_content' in item.fields);
}

/** Made in the background, which only callers of this dialect can ask for. */
const unfinished: LlmError = { kind: 'upstream', message: 'The provider has not finished its answer.' };

/** What an answer says of its own failure; undefined when it is one. */
export function failureIn(answer: Fields): LlmError | undefined {
  if (isFields(answer.error) && Object.keys(answer.error).length > 0) return readErrorObject({ error: answer.error });
  if (answer.status !== 'failed' && answer.status !== 'cancelled') return undefined;
  return { kind: 'upstream', message: `The provider's answer was ${answer.status}.` };
}

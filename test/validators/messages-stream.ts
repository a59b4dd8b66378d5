/**
 * V-MSG: what every Messages stream must be, whole or failed. Returns what is wrong, in words; [] is a pass.
 *
 * The event's name equals its `type`; one `message_start` first; blocks strictly one after the other with indexes 0..n,
 * each start with its empty fields, deltas only inside their open block and of its kind; one `message_delta` with a stop
 * reason and cumulative usage; `message_stop` last. A failure is one `error` event, then the end, with neither.
 */
import { asObject, readEvents, readObject } from './sse-events.ts';

export interface MessagesStreamRules {
  /** What the stream must be. */
  readonly outcome: 'whole' | 'failed';
}

export function messagesStreamViolations(body: string, rules: MessagesStreamRules): string[] {
  const check = new MessagesStreamCheck();
  const { events, rest } = readEvents(body);
  for (const { event, data } of events) if (data !== undefined || event !== '') check.event(event, data);
  if (rest.trim() !== '') check.say('the last event has no blank line after it');
  check.end(rules.outcome);
  return check.violations;
}

type Fields = Record<string, unknown>;

/** Which deltas a block takes, and which empty fields its start must carry. */
const blocks: Readonly<Record<string, { readonly deltas: readonly string[]; readonly empty: Fields }>> = {
  text: { deltas: ['text_delta', 'citations_delta'], empty: { text: '' } },
  thinking: { deltas: ['thinking_delta', 'signature_delta'], empty: { thinking: '', signature: '' } },
  redacted_thinking: { deltas: [], empty: {} },
  tool_use: { deltas: ['input_json_delta'], empty: { input: {} } },
  server_tool_use: { deltas: ['input_json_delta'], empty: { input: {} } },
};

class MessagesStreamCheck {
  readonly violations: string[] = [];
  #started = false;
  #stop: string | undefined;
  #stopped = false;
  #failed = false;
  #next = 0;
  #open: { readonly index: number; readonly type: string; input: string } | undefined;
  #tools = 0;

  say(what: string): void {
    this.violations.push(what);
  }

  event(name: string, text: string | undefined): void {
    const data = readObject(text);
    if (data === undefined) {
      this.say(`data of ${name || 'an unnamed event'} is not a JSON object: ${(text ?? '').slice(0, 80)}`);
      return;
    }
    if (name !== data.type) this.say(`the event is named ${name || '(nothing)'}, its type is ${String(data.type)}`);
    if (this.#stopped || this.#failed) this.say(`${String(data.type)} after the end`);
    if (data.type === 'ping') return;
    if (data.type === 'error') this.#error(data);
    else if (data.type === 'message_start') this.#start(data);
    else if (!this.#started) this.say(`${String(data.type)} before message_start`);
    else this.#inside(data);
  }

  end(outcome: 'whole' | 'failed'): void {
    if (outcome === 'failed') {
      if (!this.#failed) this.say('no error event');
      if (this.#stop !== undefined) this.say('message_delta with a stop reason although the answer failed');
      if (this.#stopped) this.say('message_stop although the answer failed');
      return;
    }
    if (this.#failed) this.say('an error where the answer should be whole');
    if (!this.#started) this.say('no message_start');
    if (this.#open !== undefined) this.say(`block ${this.#open.index} was never closed`);
    if (this.#stop === undefined) this.say('no message_delta with a stop reason');
    if (!this.#stopped) this.say('no message_stop');
    if (this.#tools > 0 && this.#stop === 'end_turn') this.say('tool calls, but stop_reason end_turn');
  }

  #start(data: Fields): void {
    if (this.#started) this.say('a second message_start');
    this.#started = true;
    const message = asObject(data.message) ?? {};
    if (!String(message.id).startsWith('msg_')) this.say(`id is ${String(message.id)}`);
    if (message.type !== 'message' || message.role !== 'assistant') this.say('message_start is no assistant message');
    if (typeof message.model !== 'string') this.say('message_start has no model');
    if (!Array.isArray(message.content) || message.content.length > 0) this.say('message_start has content');
    if (message.stop_reason !== null || message.stop_sequence !== null) this.say('message_start has a stop reason');
    const usage = asObject(message.usage) ?? {};
    for (const field of ['input_tokens', 'output_tokens']) this.#count(usage[field], `message_start usage.${field}`);
  }

  #inside(data: Fields): void {
    if (this.#stop !== undefined && data.type !== 'message_stop') this.say(`${String(data.type)} after message_delta`);
    if (data.type === 'content_block_start') this.#blockStart(data);
    else if (data.type === 'content_block_delta') this.#blockDelta(data);
    else if (data.type === 'content_block_stop') this.#blockStop(data);
    else if (data.type === 'message_delta') this.#messageDelta(data);
    else if (data.type === 'message_stop') {
      this.#stopped = true;
      if (this.#stop === undefined) this.say('message_stop before message_delta');
    } else this.say(`unknown event ${String(data.type)}`);
  }

  #blockStart(data: Fields): void {
    if (this.#open !== undefined) this.say(`block ${String(data.index)} starts inside block ${this.#open.index}`);
    if (data.index !== this.#next) this.say(`block ${String(data.index)} where ${this.#next} was due`);
    this.#next++;
    const block = asObject(data.content_block) ?? {};
    const type = String(block.type);
    this.#open = { index: Number(data.index), type, input: '' };
    for (const [field, empty] of Object.entries(blocks[type]?.empty ?? {})) {
      if (JSON.stringify(block[field]) !== JSON.stringify(empty))
        this.say(`${type} starts with ${field} ${JSON.stringify(block[field])}`);
    }
    if (type !== 'tool_use') return;
    this.#tools++;
    if (typeof block.id !== 'string' || !/^[a-zA-Z0-9_-]+$/.test(block.id))
      this.say(`tool_use has id ${String(block.id)}`);
    if (typeof block.name !== 'string' || block.name === '') this.say('tool_use has no name');
  }

  #blockDelta(data: Fields): void {
    const open = this.#open;
    if (open === undefined || data.index !== open.index) {
      this.say(`a delta of block ${String(data.index)} outside its block`);
      return;
    }
    const delta = asObject(data.delta) ?? {};
    const known = blocks[open.type];
    if (known !== undefined && !known.deltas.includes(String(delta.type)))
      this.say(`${String(delta.type)} inside ${open.type}`);
    if (delta.type === 'input_json_delta') open.input += String(delta.partial_json);
    for (const [type, field] of Object.entries({
      text_delta: 'text',
      thinking_delta: 'thinking',
      input_json_delta: 'partial_json',
    })) {
      if (delta.type === type && typeof delta[field] !== 'string') this.say(`${type} without ${field}`);
    }
  }

  #blockStop(data: Fields): void {
    const open = this.#open;
    this.#open = undefined;
    if (open === undefined || data.index !== open.index) this.say(`block ${String(data.index)} ends but is not open`);
    else if (open.type === 'tool_use' && open.input !== '' && readObject(open.input) === undefined) {
      this.say(`the input of block ${open.index} is not a JSON object: ${open.input}`);
    }
  }

  #messageDelta(data: Fields): void {
    if (this.#open !== undefined) this.say('message_delta inside a block');
    const stop = asObject(data.delta)?.stop_reason;
    if (typeof stop === 'string') this.#stop = stop;
    else this.say(`message_delta has stop_reason ${String(stop)}`);
    const usage = asObject(data.usage) ?? {};
    for (const field of ['output_tokens', 'cache_creation_input_tokens', 'cache_read_input_tokens']) {
      this.#count(usage[field], `message_delta usage.${field}`);
    }
    if ('input_tokens' in usage) this.#count(usage.input_tokens, 'message_delta usage.input_tokens');
  }

  #error(data: Fields): void {
    this.#failed = true;
    const error = asObject(data.error);
    if (typeof error?.type !== 'string') this.say('the error has no type');
    if (typeof error?.message !== 'string' || error.message === '') this.say('the error has no message');
  }

  #count(value: unknown, field: string): void {
    if (!Number.isInteger(value) || Number(value) < 0) this.say(`${field} is ${String(value)}`);
  }
}

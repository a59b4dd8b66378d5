/**
 * V-RESP: judges a stream of the Responses API as a strict reader would, independently of the product.
 * https://platform.openai.com/docs/api-reference/responses-streaming
 */
import { asObject, readEvents, readObject } from './sse-events.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Fields that the Open Responses specification requires of every response object; null counts. */
const requiredFields = [
  ...['id', 'object', 'created_at', 'completed_at', 'status', 'incomplete_details', 'model', 'previous_response_id'],
  ...['instructions', 'output', 'error', 'tools', 'tool_choice', 'truncation', 'parallel_tool_calls', 'text', 'top_p'],
  ...['presence_penalty', 'frequency_penalty', 'top_logprobs', 'temperature', 'reasoning', 'user', 'usage'],
  ...['max_output_tokens', 'max_tool_calls', 'store', 'background', 'service_tier', 'metadata', 'safety_identifier'],
  'prompt_cache_key',
];

export function responseObjectViolations(response: unknown): string[] {
  const fields = asObject(response);
  if (fields === undefined) return ['no response object'];
  const missing = requiredFields.filter((name) => !(name in fields)).map((name) => `response lacks ${name}`);
  const output = Array.isArray(fields.output) ? fields.output : [];
  const nameless = output
    .filter((item) => typeof asObject(item)?.type !== 'string')
    .map(() => 'an item without a type');
  return [...missing, ...nameless];
}

export interface ResponsesStreamRules {
  /** What the stream must be; either when it is not said. */
  readonly outcome?: 'whole' | 'failed';
}

/** What is wrong with a stream; empty when a strict reader takes it. */
export function responsesStreamViolations(text: string, { outcome }: ResponsesStreamRules = {}): string[] {
  const judge = new Judge();
  const { events, rest } = readEvents(text);
  if (rest !== '') judge.wrong.push('the stream ends in the middle of a frame');
  for (const { event, data } of events) {
    if (data === undefined) continue;
    if (data.trim() === '[DONE]') judge.wrong.push('[DONE] in the Responses API');
    else judge.event(event ?? '', readObject(data));
  }
  judge.end();
  if (outcome !== undefined && judge.hasFailed !== (outcome === 'failed'))
    judge.wrong.push(`the stream is not ${outcome}`);
  return judge.wrong;
}

interface Item {
  readonly id: string;
  readonly type: string;
  /** Text of each part, by `kind:index`; a call's arguments under ''. */
  readonly texts: Map<string, string>;
  readonly openParts: Set<string>;
  isDone: boolean;
}

class Judge {
  readonly wrong: string[] = [];
  hasFailed = false;
  #sequence = 0;
  #phase = 'before' as 'before' | 'running' | 'failing' | 'over';
  readonly #items: Item[] = [];
  readonly #done: Fields[] = [];

  event(name: string, event: Fields | undefined): void {
    if (event === undefined) return void this.wrong.push('data that is no JSON object');
    const type = String(event.type);
    if (name !== type) this.wrong.push(`event: ${name} with type ${type}`);
    if (event.sequence_number !== this.#sequence)
      this.wrong.push(`${type} has number ${event.sequence_number}, due was ${this.#sequence}`);
    this.#sequence++;
    if (this.#phase === 'over') this.wrong.push(`${type} after the end`);
    if (this.#phase === 'failing' && type !== 'response.failed') this.wrong.push(`${type} after an error`);
    if (this.#phase === 'before' && type !== 'response.created' && type !== 'error')
      this.wrong.push(`${type} before response.created`);
    this.#take(type, event);
  }

  end(): void {
    if (this.#phase !== 'over') this.wrong.push('the stream has no last event');
  }

  #take(type: string, event: Fields): void {
    switch (type) {
      case 'response.created':
      case 'response.in_progress':
        this.#phase = 'running';
        return void this.wrong.push(...responseObjectViolations(event.response));
      case 'error':
        this.#phase = 'failing';
        if (typeof event.message !== 'string') this.wrong.push('an error without a message');
        return;
      case 'response.failed':
        this.#phase = 'over';
        this.hasFailed = true;
        if (asObject(asObject(event.response)?.error)?.message === undefined)
          this.wrong.push('response.failed without an error');
        return;
      case 'response.completed':
      case 'response.incomplete':
        return this.#finish(type, event);
      case 'response.output_item.added':
        return this.#added(event);
      case 'response.output_item.done':
        return this.#itemDone(event);
      default:
        return this.#inItem(type, event);
    }
  }

  #finish(type: string, event: Fields): void {
    this.#phase = 'over';
    const response = asObject(event.response) ?? {};
    this.wrong.push(...responseObjectViolations(response));
    if (`response.${response.status}` !== type) this.wrong.push(`${type} with status ${response.status}`);
    if (asObject(response.usage) === undefined) this.wrong.push('an end without usage');
    if (this.#items.some((item) => !item.isDone)) this.wrong.push('an item that was never done');
    if (JSON.stringify(response.output) !== JSON.stringify(this.#done))
      this.wrong.push('the last output is not what the items were');
  }

  #added(event: Fields): void {
    const item = asObject(event.item) ?? {};
    if (event.output_index !== this.#items.length) this.wrong.push(`item ${event.output_index} where another was due`);
    if (this.#items.some(({ isDone }) => !isDone)) this.wrong.push('an item inside an item');
    const [id, type] = [String(item.id), String(item.type)];
    this.#items.push({ id, type, texts: new Map(), openParts: new Set(), isDone: false });
  }

  #itemDone(event: Fields): void {
    const item = asObject(event.item) ?? {};
    const known = this.#items[Number(event.output_index)];
    if (known === undefined) return void this.wrong.push('an item is done that was never added');
    if (known.id !== String(item.id)) this.wrong.push(`item ${known.id} became ${item.id}`);
    if (known.openParts.size > 0) this.wrong.push('an item is done with an open part');
    const said = item.type === 'custom_tool_call' ? item.input : item.arguments;
    const isCall = item.type === 'custom_tool_call' || item.type === 'function_call';
    if (isCall && typeof said === 'string' && (known.texts.get('') ?? '') !== said)
      this.wrong.push('arguments are not what their deltas were');
    known.isDone = true;
    this.#done.push(item);
  }

  #inItem(type: string, event: Fields): void {
    const item = this.#items[Number(event.output_index)];
    if (item === undefined || item.isDone) return void this.wrong.push(`${type} outside its item`);
    if (event.item_id !== item.id) this.wrong.push(`${type} names ${event.item_id} instead of ${item.id}`);
    const place = placeOf(type, event);
    if (type.endsWith('part.added')) return void item.openParts.add(place);
    if (place !== '' && !item.openParts.has(place)) this.wrong.push(`${type} outside a part`);
    if (type.endsWith('part.done')) return void item.openParts.delete(place);
    if (type.endsWith('.delta')) item.texts.set(place, (item.texts.get(place) ?? '') + String(event.delta));
    if (type.endsWith('.done')) {
      const whole = event.text ?? event.refusal ?? event.arguments ?? event.input;
      if ((item.texts.get(place) ?? '') !== whole) this.wrong.push(`${type} is not what its deltas were`);
    }
  }
}

function placeOf(type: string, event: Fields): string {
  if (event.summary_index !== undefined) return `summary:${event.summary_index}`;
  return event.content_index === undefined || type.includes('call') ? '' : `content:${event.content_index}`;
}

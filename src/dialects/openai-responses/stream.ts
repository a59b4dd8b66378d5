/** Reads a provider's stream. https://platform.openai.com/docs/api-reference/responses-streaming */
import type { ChatEvent, Emit } from '../../llm/chat.ts';
import type { StreamFrame, StreamParser } from '../dialect.ts';
import { readErrorObject } from '../openai-chat/error.ts';
import { type Fields, isFields } from '../openai-chat/shape.ts';
import { objectIn } from '../wire-object.ts';
import { AnswerReader } from './answer-reader.ts';
import { textOf } from './wire.ts';

export function parseStream(emit: Emit<ChatEvent>): StreamParser {
  return new ResponsesStreamParser(emit);
}

class ResponsesStreamParser implements StreamParser {
  readonly #answer: AnswerReader;

  constructor(emit: Emit<ChatEvent>) {
    this.#answer = new AnswerReader(emit);
  }

  get finished(): boolean {
    return this.#answer.over;
  }

  push(frame: StreamFrame): void {
    if (this.#answer.over) return;
    const data = frame.data.trim();
    // Some end with a mark that this API does not have.
    if (data === '' || data === '[DONE]') return;
    const event = objectIn(data);
    if (event === undefined) {
      const message = "The provider's stream holds something that is not JSON.";
      return this.#answer.fail(frame.event === 'error' ? readErrorObject(data) : { kind: 'upstream', message });
    }
    this.#event(textOf(event.type) || frame.event, event);
  }

  end(): void {
    if (this.#answer.over) return;
    const message = this.#answer.hasItems
      ? "The provider's stream ended before completion."
      : "The provider's stream ended without an answer.";
    this.#answer.fail({ kind: 'upstream', message });
  }

  #event(type: string, event: Fields): void {
    const answer = isFields(event.response) ? event.response : {};
    switch (type) {
      case 'response.created':
      case 'response.queued':
      case 'response.in_progress':
        return this.#answer.start(answer);
      case 'response.completed':
      case 'response.incomplete':
        return this.#answer.end(answer);
      case 'response.failed':
      case 'response.cancelled':
        return this.#answer.end({ status: 'failed', ...answer });
      case 'error':
        return this.#answer.fail(errorIn(event));
      case 'response.output_item.added':
        if (isFields(event.item)) this.#answer.added(keyOf(event, event.item), event.item);
        return;
      case 'response.output_item.done':
        if (isFields(event.item)) this.#answer.done(keyOf(event, event.item), event.item);
        return;
      default:
        // Without a type, an error object is what it looks like.
        if (type === '' && event.error !== undefined) return this.#answer.fail(readErrorObject(event));
        return this.#inItem(type, event);
    }
  }

  #inItem(type: string, event: Fields): void {
    const key = itemKey(event);
    const text = textOf(event.delta);
    switch (type) {
      case 'response.content_part.added':
        if (isFields(event.part)) this.#answer.partAdded(key, placeOf(event, event.part), event.part);
        return;
      case 'response.reasoning_summary_part.added':
        return this.#answer.partAdded(key, summaryPlace(event), { type: 'summary_text' });
      case 'response.output_text.delta':
        return this.#answer.delta(key, 'message', contentPlace('text', event), text);
      case 'response.refusal.delta':
        return this.#answer.delta(key, 'message', contentPlace('refusal', event), text);
      case 'response.reasoning_summary_text.delta':
        return this.#answer.delta(key, 'reasoning', summaryPlace(event), text);
      case 'response.reasoning_text.delta':
      case 'response.reasoning.delta':
        return this.#answer.delta(key, 'reasoning', contentPlace('content', event), text);
      case 'response.function_call_arguments.delta':
        return this.#answer.delta(key, 'function_call', '', text);
      case 'response.custom_tool_call_input.delta':
        return this.#answer.delta(key, 'custom_tool_call', '', text);
      case 'response.output_text.annotation.added':
        return this.#answer.annotation(key, event.annotation);
      default:
        return this.#closing(type, key, event);
    }
  }

  #closing(type: string, key: string | undefined, event: Fields): void {
    switch (type) {
      case 'response.output_text.done':
        return this.#answer.whole(key, 'message', contentPlace('text', event), textOf(event.text));
      case 'response.refusal.done':
        return this.#answer.whole(key, 'message', contentPlace('refusal', event), textOf(event.refusal));
      case 'response.reasoning_summary_text.done':
        return this.#answer.whole(key, 'reasoning', summaryPlace(event), textOf(event.text));
      case 'response.reasoning_text.done':
        return this.#answer.whole(key, 'reasoning', contentPlace('content', event), textOf(event.text));
      default:
        // Progress of tools that the provider runs: their items come whole when they are done. Calls too.
        return;
    }
  }
}

/** Ids of one item differ between its events behind some proxies; its place does not. */
function keyOf(event: Fields, item: Fields): string {
  return itemKey(event) ?? `id:${textOf(item.id)}`;
}

function itemKey(event: Fields): string | undefined {
  if (typeof event.output_index === 'number') return `#${event.output_index}`;
  return typeof event.item_id === 'string' ? `id:${event.item_id}` : undefined;
}

function placeOf(event: Fields, part: Fields): string {
  if (part.type === 'refusal') return contentPlace('refusal', event);
  return contentPlace(part.type === 'output_text' ? 'text' : 'content', event);
}

function contentPlace(kind: string, event: Fields): string {
  return `${kind}:${typeof event.content_index === 'number' ? event.content_index : 0}`;
}

function summaryPlace(event: Fields): string {
  return `summary:${typeof event.summary_index === 'number' ? event.summary_index : 0}`;
}

/** `{type:"error",code,message,param}`, or the same inside `error`. */
function errorIn(event: Fields) {
  return readErrorObject(event.error === undefined || event.error === null ? { error: { ...event, type: '' } } : event);
}

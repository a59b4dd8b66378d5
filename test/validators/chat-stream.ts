/**
 * V-CC: what every chat completion stream must be, whole or failed. Returns what is wrong, in words; [] is a pass.
 *
 * No `event:` lines; one id, created and model; the first delta of each choice has the role; tool call indexes are
 * stable, with id and name only in the first delta of an index; one finish_reason per choice; the usage chunk only when
 * asked for, after the finish and before the only `[DONE]`. A failure is one `error` event, then the end, without
 * finish_reason and `[DONE]`.
 */
import { asObject, readEvents, readObject } from './sse-events.ts';

export interface ChatStreamRules {
  /** The caller asked for usage: exactly one usage chunk; otherwise none. */
  readonly includeUsage: boolean;
  /** What the stream must be. */
  readonly outcome: 'whole' | 'failed';
}

export function chatStreamViolations(body: string, rules: ChatStreamRules): string[] {
  const check = new ChatStreamCheck(rules);
  const { events, rest } = readEvents(body);
  for (const { event, data } of events) {
    if (event !== '') check.say(`an event: line (${event})`);
    if (data !== undefined) check.data(data);
  }
  if (rest.trim() !== '') check.say('the last event has no blank line after it');
  check.end();
  return check.violations;
}

interface Choice {
  role: boolean;
  finish: string | undefined;
  readonly calls: Map<number, { args: string }>;
}

class ChatStreamCheck {
  readonly violations: string[] = [];
  readonly #rules: ChatStreamRules;
  readonly #choices = new Map<number, Choice>();
  #identity: string | undefined;
  #done = false;
  #failed = false;
  #usages = 0;

  constructor(rules: ChatStreamRules) {
    this.#rules = rules;
  }

  say(what: string): void {
    this.violations.push(what);
  }

  data(data: string): void {
    if (this.#done) this.say('data after [DONE]');
    if (this.#failed) this.say('data after the error');
    if (data === '[DONE]') {
      this.#done = true;
      return;
    }
    const chunk = readObject(data);
    if (chunk === undefined) this.say(`data is not a JSON object: ${data.slice(0, 80)}`);
    else if ('error' in chunk) this.#error(chunk);
    else this.#chunk(chunk);
  }

  end(): void {
    if (this.#rules.outcome === 'failed') this.#endFailed();
    else this.#endWhole();
  }

  #endWhole(): void {
    if (this.#failed) this.say('an error where the answer should be whole');
    if (!this.#done) this.say('no [DONE]');
    if (this.#choices.size === 0) this.say('no choice at all');
    for (const [index, choice] of this.#choices) {
      if (choice.finish === undefined) this.say(`choice ${index} has no finish_reason`);
      for (const [call, { args }] of choice.calls) {
        if (readObject(args) === undefined) this.say(`arguments of tool call ${call} are not a JSON object: ${args}`);
      }
      if (choice.calls.size > 0 && choice.finish === 'stop')
        this.say(`choice ${index} has tool calls, finish_reason stop`);
    }
    const due = this.#rules.includeUsage ? 1 : 0;
    if (this.#usages !== due) this.say(`${this.#usages} usage chunks where ${due} were due`);
  }

  #endFailed(): void {
    if (!this.#failed) this.say('no error event');
    if (this.#done) this.say('[DONE] although the answer failed');
    for (const [index, choice] of this.#choices) {
      if (choice.finish !== undefined) this.say(`choice ${index} has a finish_reason although the answer failed`);
    }
  }

  #error(chunk: Record<string, unknown>): void {
    this.#failed = true;
    const error = asObject(chunk.error);
    for (const field of ['message', 'type', 'param', 'code']) {
      if (error === undefined || !(field in error)) this.say(`the error has no ${field}`);
    }
    if (typeof error?.message !== 'string' || error.message === '') this.say('the error has no message text');
  }

  #chunk(chunk: Record<string, unknown>): void {
    if (chunk.object !== 'chat.completion.chunk') this.say(`object is ${String(chunk.object)}`);
    if (!String(chunk.id).startsWith('chatcmpl-')) this.say(`id is ${String(chunk.id)}`);
    if (!Number.isInteger(chunk.created)) this.say('created is not an integer');
    const identity = JSON.stringify([chunk.id, chunk.created, chunk.model]);
    this.#identity ??= identity;
    if (identity !== this.#identity) this.say('id, created or model changes');
    if (!Array.isArray(chunk.choices)) {
      this.say('choices is not an array');
      return;
    }
    if (asObject(chunk.usage) !== undefined) this.#usage(chunk, chunk.choices.length);
    else if (chunk.choices.length === 0) this.say('an empty chunk');
    for (const choice of chunk.choices) this.#choice(asObject(choice) ?? {});
  }

  #usage(chunk: Record<string, unknown>, choices: number): void {
    this.#usages++;
    if (choices > 0) this.say('usage in a chunk with choices');
    if ([...this.#choices.values()].some((choice) => choice.finish === undefined)) this.say('usage before the finish');
    const usage = asObject(chunk.usage) ?? {};
    for (const field of ['prompt_tokens', 'completion_tokens', 'total_tokens']) {
      if (!Number.isInteger(usage[field]) || Number(usage[field]) < 0)
        this.say(`usage.${field} is ${String(usage[field])}`);
    }
    if (usage.total_tokens !== Number(usage.prompt_tokens) + Number(usage.completion_tokens))
      this.say('the total is no sum');
  }

  #choice(choice: Record<string, unknown>): void {
    const index = Number(choice.index);
    const delta = asObject(choice.delta) ?? {};
    const state = this.#choices.get(index) ?? { role: false, finish: undefined, calls: new Map() };
    this.#choices.set(index, state);
    if (state.finish !== undefined) this.say(`choice ${index} goes on after its finish_reason`);
    if (!state.role && delta.role !== 'assistant') this.say(`the first delta of choice ${index} has no role`);
    state.role = true;
    if ('content' in delta && delta.content !== null && typeof delta.content !== 'string')
      this.say('content is no text');
    if (delta.tool_calls !== undefined) this.#toolCalls(delta.tool_calls, state);
    if (typeof choice.finish_reason === 'string') state.finish = choice.finish_reason;
    else if (choice.finish_reason !== null) this.say('finish_reason is neither text nor null');
  }

  #toolCalls(deltas: unknown, state: Choice): void {
    if (!Array.isArray(deltas)) this.say('tool_calls is not an array');
    else for (const delta of deltas) this.#toolCall(asObject(delta) ?? {}, state);
  }

  #toolCall(delta: Record<string, unknown>, state: Choice): void {
    const index = Number(delta.index);
    const tool = asObject(delta.function) ?? {};
    const call = state.calls.get(index);
    if (typeof tool.arguments !== 'string') this.say(`arguments of tool call ${index} are not text`);
    const args = typeof tool.arguments === 'string' ? tool.arguments : '';
    if (call !== undefined) {
      if (delta.id !== undefined || tool.name !== undefined) this.say(`tool call ${index} repeats its id or name`);
      call.args += args;
      return;
    }
    if (!Number.isInteger(delta.index) || index !== state.calls.size)
      this.say(`tool call index ${String(delta.index)} where ${state.calls.size} was due`);
    if (typeof delta.id !== 'string' || delta.id === '') this.say(`tool call ${index} starts without an id`);
    if (typeof tool.name !== 'string' || tool.name === '') this.say(`tool call ${index} starts without a name`);
    if (delta.type !== 'function') this.say(`tool call ${index} starts without type function`);
    state.calls.set(index, { args });
  }
}

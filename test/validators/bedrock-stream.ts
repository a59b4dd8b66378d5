/**
 * V-BED: what every ConverseStream answer must be, whole or failed. Returns what is wrong, in words; [] is a pass.
 *
 * Whole messages with right checksums; `messageStart` first; blocks strictly one after the other with indexes 0..n, only
 * calls with a start, at least one piece or a start in each; `messageStop` with a stop reason; `metadata` with usage and
 * metrics last. A failure is one exception with a message, then the end, without `messageStop`.
 */
import { decode, type Message } from '../golden/bedrock-converse/event-stream.ts';
import { asObject } from './sse-events.ts';

export interface BedrockStreamRules {
  /** What the stream must be. */
  readonly outcome: 'whole' | 'failed';
}

export function bedrockStreamViolations(stream: Buffer, rules: BedrockStreamRules): string[] {
  let messages: readonly Message[];
  try {
    messages = decode(stream);
  } catch (error) {
    return [String(error)];
  }
  const check = new BedrockStreamCheck();
  for (const message of messages) check.message(message);
  check.end(rules.outcome);
  return check.violations;
}

type Fields = Record<string, unknown>;

const stopReasons = [
  ...['end_turn', 'tool_use', 'max_tokens', 'stop_sequence', 'guardrail_intervened', 'content_filtered'],
  'model_context_window_exceeded',
];
const exceptions = [
  ...['internalServerException', 'modelStreamErrorException', 'validationException', 'throttlingException'],
  'serviceUnavailableException',
];

class BedrockStreamCheck {
  readonly violations: string[] = [];
  #started = false;
  #stop: string | undefined;
  #ended = false;
  #failed = false;
  #next = 0;
  #open: { readonly index: number; readonly kind: string; input: string } | undefined;
  #calls = 0;

  say(what: string): void {
    this.violations.push(what);
  }

  message({ type, isException, body }: Message): void {
    if (this.#ended || this.#failed) this.say(`${type} after the end`);
    if (isException) return this.#exception(type, body);
    if (type === 'keepalive') return;
    if (type === 'messageStart') return this.#start(body);
    if (!this.#started) return this.say(`${type} before messageStart`);
    if (type === 'contentBlockStart') this.#startBlock(body);
    else if (type === 'contentBlockDelta') this.#delta(body);
    else if (type === 'contentBlockStop') this.#stopBlock(body);
    else if (type === 'messageStop') this.#messageStop(body);
    else if (type === 'metadata') this.#metadata(body);
    else this.say(`an unknown event ${type}`);
  }

  end(outcome: 'whole' | 'failed'): void {
    if (outcome === 'failed') {
      if (!this.#failed) this.say('no exception');
      if (this.#stop !== undefined) this.say('messageStop although the answer failed');
      return;
    }
    if (this.#failed) this.say('an exception where the answer should be whole');
    if (this.#open !== undefined) this.say(`block ${this.#open.index} was never closed`);
    if (this.#stop === undefined) this.say('no messageStop');
    if (!this.#ended) this.say('no metadata');
    if (this.#calls > 0 && this.#stop === 'end_turn') this.say('tool calls, but stopReason end_turn');
  }

  #exception(type: string, body: Fields): void {
    this.#failed = true;
    if (!exceptions.includes(type)) this.say(`an unknown exception ${type}`);
    if (typeof body.message !== 'string' || body.message === '') this.say('an exception without a message');
  }

  #start(body: Fields): void {
    if (this.#started) this.say('a second messageStart');
    this.#started = true;
    if (body.role !== 'assistant') this.say(`role ${String(body.role)}`);
  }

  #startBlock({ start, contentBlockIndex: index }: Fields): void {
    if (this.#open !== undefined) this.say(`a block started inside block ${this.#open.index}`);
    this.#begin(index, Object.keys(asObject(start) ?? {})[0] ?? 'nothing');
    const call = asObject(asObject(start)?.toolUse);
    if (call === undefined) return;
    this.#calls++;
    if (!/^[a-zA-Z0-9_-]{1,64}$/.test(String(call.toolUseId))) this.say(`toolUseId ${String(call.toolUseId)}`);
    if (typeof call.name !== 'string' || call.name === '') this.say('a call without a name');
  }

  #begin(index: unknown, kind: string): void {
    if (index !== this.#next) this.say(`block ${String(index)} where ${this.#next} was due`);
    this.#open = { index: this.#next++, kind, input: '' };
  }

  #delta({ delta, contentBlockIndex: index }: Fields): void {
    const kind = Object.keys(asObject(delta) ?? {})[0] ?? 'nothing';
    if (this.#open === undefined) {
      if (kind === 'toolUse') this.say('a call without contentBlockStart');
      this.#begin(index, kind);
    }
    const open = this.#open;
    if (open === undefined) return;
    if (open.index !== index) this.say(`a piece of block ${String(index)} inside block ${open.index}`);
    const beside = kind === 'citation' && open.kind === 'text';
    if (kind !== open.kind && !beside) this.say(`a piece of ${kind} in a block of ${open.kind}`);
    if (kind === 'toolUse') open.input += String(asObject(asObject(delta)?.toolUse)?.input);
  }

  #stopBlock({ contentBlockIndex: index }: Fields): void {
    if (this.#open?.index !== index) this.say(`block ${String(index)} ended, but it is not open`);
    if (this.#open?.kind === 'toolUse') this.#checkInput(this.#open.input);
    this.#open = undefined;
  }

  #checkInput(input: string): void {
    try {
      if (input !== '') JSON.parse(input);
    } catch {
      this.say(`arguments that are no JSON: ${input.slice(0, 80)}`);
    }
  }

  #messageStop({ stopReason }: Fields): void {
    if (this.#open !== undefined) this.say(`messageStop inside block ${this.#open.index}`);
    this.#stop = String(stopReason);
    if (!stopReasons.includes(this.#stop)) this.say(`stopReason ${this.#stop}`);
  }

  #metadata({ usage, metrics }: Fields): void {
    if (this.#stop === undefined) this.say('metadata before messageStop');
    this.#ended = true;
    const counts = asObject(usage) ?? {};
    const { inputTokens, outputTokens, totalTokens, cacheReadInputTokens = 0, cacheWriteInputTokens = 0 } = counts;
    const numbers = [inputTokens, outputTokens, cacheReadInputTokens, cacheWriteInputTokens, totalTokens].map(Number);
    if (!numbers.every((count) => Number.isInteger(count) && count >= 0)) this.say(`usage ${JSON.stringify(usage)}`);
    const [input = 0, output = 0, read = 0, written = 0, total = 0] = numbers;
    if (input + output + read + written !== total) this.say(`totalTokens ${total} is not the sum of the counts`);
    if (!Number.isInteger(asObject(metrics)?.latencyMs)) this.say(`metrics ${JSON.stringify(metrics)}`);
  }
}

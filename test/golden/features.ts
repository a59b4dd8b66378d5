/**
 * What every pair of dialects must get across, and what a dialect's fixtures are. The fixtures are written by hand in
 * each dialect's own words, after the recordings and the vendors' pages; the gateway's own renderers are no source.
 */
import type { DialectId } from '../../src/llm/chat.ts';

/** The rows of the matrix. */
export const features = [
  'text',
  'system',
  'parallel tools',
  'tool results: errors, images',
  'thinking',
  'thinking of another provider',
  'redacted thinking',
  'images',
  'PDF',
  'audio',
  'structured output',
  'refusal',
  'stop sequences',
  'max tokens',
  'usage with cache',
  'error before the stream',
  'error during the stream',
] as const;

export type Feature = (typeof features)[number];

/**
 * What was said, in no dialect: one line a fact (`user Hello`, `call weather {"city":"Paris"}`, `stop length`). The
 * order of what is said is the order of the lines.
 */
export type Facts = readonly string[];

export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface Fixtures {
  readonly id: DialectId;
  /** First part of the rig's model names. */
  readonly prefix: string;
  /** The model that the rig knows as one that thinks in this dialect's way. */
  readonly model: string;
  /** Where a caller of this dialect posts. */
  path(model: string, stream: boolean): string;
  readonly headers: Readonly<Record<string, string>>;
  /** The caller's body for a feature; undefined where the dialect has no words for it. */
  request(feature: Feature, model: string, stream: boolean): object | undefined;
  /** The next turn's body: what was asked, the whole answer as it was received, and a result for each of its calls. */
  replay(request: object, answer: Record<string, unknown>): object;
  /** How a provider of this dialect answers; undefined where the dialect has no such answer. */
  answer(feature: Feature, stream: boolean): WireAnswer | undefined;
  /** What a body of this dialect asks for. */
  readRequest(body: Record<string, unknown>): Facts;
  /** What a whole answer or a stream of this dialect says. */
  readAnswer(answer: WireAnswer, stream: boolean): Facts;
}

export const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
export const pdf = 'JVBERi0xLjQKJcOkw7zDtsOfCjEgMCBvYmoKPDw+PgplbmRvYmoKdHJhaWxlcgo8PD4+Cg==';
export const wav = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=';

/** Arguments of the only tool, and the answer's format. Both are closed, as every strict mode wants them. */
export const citySchema = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};
export const answerSchema = {
  type: 'object',
  properties: { answer: { type: 'integer' } },
  required: ['answer'],
  additionalProperties: false,
};

/** Names calls by their arguments, because ids differ from dialect to dialect; results are found by id, or by order. */
export class CallBook {
  readonly #byId = new Map<string, string>();
  readonly #open: string[] = [];

  call(id: string | undefined, name: unknown, args: unknown): string {
    const label = JSON.stringify(typeof args === 'string' ? JSON.parse(args === '' ? '{}' : args) : (args ?? {}));
    if (id !== undefined) this.#byId.set(id, label);
    this.#open.push(label);
    return `call ${String(name)} ${label}`;
  }

  result(id: string | undefined): string {
    const first = this.#open.shift();
    return `result of ${(id === undefined ? first : this.#byId.get(id)) ?? 'no call'}`;
  }
}

/** Items of an array that are objects. */
export function objects(value: unknown): Record<string, unknown>[] {
  return (Array.isArray(value) ? value : []).filter((item) => typeof item === 'object' && item !== null);
}

export function object(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** Facts with a value only. */
export function said(...facts: readonly (readonly [string, unknown])[]): string[] {
  return facts.flatMap(([what, value]) =>
    value === undefined || value === null || value === '' ? [] : [`${what} ${String(value)}`],
  );
}

export function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): WireAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.from(JSON.stringify(body)),
  };
}

/** Server-sent events from their texts, each with its line ends. */
export function eventStream(...frames: readonly string[]): WireAnswer {
  return { status: 200, headers: { 'content-type': 'text/event-stream' }, body: Buffer.from(frames.join('')) };
}

/** A 200 that was cut in the middle of its JSON: what an error during a whole answer looks like. */
export function cut(answer: WireAnswer): WireAnswer {
  return { ...answer, body: answer.body.subarray(0, Math.floor(answer.body.length / 2)) };
}

/** Lines of batches: the requests in a file, and the answers in its results. */

import { anthropic } from '../dialects/anthropic/index.ts';
import type { JsonObject } from '../dialects/dialect.ts';
import { objectIn } from '../dialects/wire-object.ts';
import type { BatchAsk } from '../llm/operation.ts';
import { estimateValue } from './estimates.ts';
import type { UsageReading } from './operation.ts';
import { isObject, readInputTokens, readPromptTokens } from './usage-readers.ts';

/** One answered request of a batch. */
export interface BatchAnswer {
  /** The caller's own name of the request, unique within its batch. */
  readonly customId: string;
  /** As the provider names it. */
  readonly model: string | undefined;
  readonly read: UsageReading;
}

/** What a line of results says was answered; undefined: this request failed, so it costs nothing. */
export function readResultLine(line: Buffer): BatchAnswer | undefined {
  const entry = objectIn(line);
  if (entry === undefined || typeof entry.custom_id !== 'string') return undefined;
  return isObject(entry.result) ? readAnthropic(entry.custom_id, entry.result) : readOpenai(entry.custom_id, entry);
}

/** `{custom_id, result: {type, message}}` */
function readAnthropic(customId: string, result: JsonObject): BatchAnswer | undefined {
  const { type, message } = result;
  if (type !== 'succeeded' || !isObject(message)) return undefined;
  return { customId, model: nameOf(message), read: anthropic.readUsage(message) ?? guessed(message) };
}

/** `{id, custom_id, response: {status_code, body}, error}` */
function readOpenai(customId: string, { response }: JsonObject): BatchAnswer | undefined {
  if (!isObject(response) || !isObject(response.body)) return undefined;
  const { body, status_code: status } = response;
  if (typeof status === 'number' && status >= 300) return undefined;
  const usage = isObject(body.usage) ? body.usage : {};
  const read = usage.input_tokens === undefined ? readPromptTokens(body) : readInputTokens(body);
  return { customId, model: nameOf(body), read: read ?? guessed(body) };
}

/** Never free: what there is to read was produced. */
function guessed(body: JsonObject): UsageReading {
  return { usage: { output: estimateValue(body.choices ?? body.output ?? body.content) }, flags: ['usage-missing'] };
}

function nameOf(body: JsonObject): string | undefined {
  return typeof body.model === 'string' && body.model.length <= 256 ? body.model : undefined;
}

/** What a line of requests (`{custom_id, method, url, body: {model}}`) asks; undefined: it is no such line. */
export function readRequestLine(line: Buffer): BatchAsk | undefined {
  const body = objectIn(line)?.body;
  const model = isObject(body) ? nameOf(body) : undefined;
  return isObject(body) && model !== undefined ? askOf(model, body) : undefined;
}

/** Of each token of input so much output is expected, and of each request at least so many tokens. */
const outputShare = 0.25;
const outputTokensMin = 256;
const bytesPerToken = 4;
/** A picture, or another file, in the middle of text: its bytes are no words. */
const mediaBytes = 1_024;
const depthMax = 32;
const answersMax = 128;

/**
 * What one request of a batch may use: input by its bytes, output by a share of it, or what it limits it to itself. Both
 * are guesses before anybody has answered, to tell a batch that cannot be paid from one that can.
 */
export function askOf(model: string, body: JsonObject): BatchAsk {
  const inputTokens = Math.ceil(textBytes(body, 0) / bytesPerToken);
  const limits = [body.max_completion_tokens, body.max_tokens, body.max_output_tokens].filter(isCount);
  const usual = Math.max(outputTokensMin, Math.ceil(inputTokens * outputShare));
  const answers = isCount(body.n) ? Math.min(Math.max(body.n, 1), answersMax) : 1;
  return { model, requests: 1, inputTokens, outputTokens: Math.ceil(answers * Math.min(usual, ...limits)) };
}

const isCount = (value: unknown): value is number => typeof value === 'number' && value >= 0;

function textBytes(value: unknown, depth: number): number {
  if (typeof value === 'string') return isMedia(value) ? mediaBytes : Buffer.byteLength(value);
  // A number is a token of its own where tokens are sent.
  if (typeof value !== 'object' || value === null || depth > depthMax) return bytesPerToken;
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + textBytes(item, depth + 1), 0);
  return Object.entries(value).reduce((sum, [key, item]) => sum + key.length + textBytes(item, depth + 1), 0);
}

/** Base64: far longer than any word, and without a space. */
function isMedia(text: string): boolean {
  return text.startsWith('data:') || (text.length > 4_096 && /^[A-Za-z0-9+/_=-]{4096}/.test(text));
}

/** The asks of many requests, each model's together. */
export class BatchAsks {
  readonly #byModel = new Map<string, BatchAsk>();

  get models(): readonly string[] {
    return [...this.#byModel.keys()];
  }

  get list(): readonly BatchAsk[] {
    return [...this.#byModel.values()];
  }

  add(ask: BatchAsk): void {
    const known = this.#byModel.get(ask.model);
    this.#byModel.set(
      ask.model,
      known === undefined
        ? ask
        : {
            model: ask.model,
            requests: known.requests + ask.requests,
            inputTokens: known.inputTokens + ask.inputTokens,
            outputTokens: known.outputTokens + ask.outputTokens,
          },
    );
  }
}

/** Lines of batches: the requests in a file, and the answers in its results. */

import { anthropic } from '../dialects/anthropic/index.ts';
import type { JsonObject } from '../dialects/dialect.ts';
import { objectIn } from '../dialects/wire-object.ts';
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

/** The model that a line of requests names (`{custom_id, method, url, body: {model}}`); undefined: it is no such line. */
export function readRequestLine(line: Buffer): string | undefined {
  const body = objectIn(line)?.body;
  return isObject(body) ? nameOf(body) : undefined;
}

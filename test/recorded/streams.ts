/** Every recorded stream of the five dialects, and how its bytes fall into frames, found out without the product. */
import type { Dialect } from '../../src/dialects/dialect.ts';
import { dialects } from '../../src/dialects/index.ts';
import type { DialectId } from '../../src/llm/chat.ts';
import { endsOf } from '../bedrock/messages.ts';
import { listRecordings, type Recording } from '../fakes/recording.ts';
import { decode } from '../golden/bedrock-converse/event-stream.ts';
import { asObject, readObject } from '../validators/sse-events.ts';
import { shortName } from './corpus.ts';
import { dataOf, framesOf, isEndMark, isError } from './frames.ts';
import { type Ending, type Run, runBetween, sameIds } from './reader-run.ts';

const folders: Readonly<Record<DialectId, string>> = {
  'openai-chat': 'openai-chat',
  anthropic: 'anthropic-messages',
  'openai-responses': 'openai-responses',
  gemini: 'gemini-streamGenerateContent',
  'bedrock-converse': 'bedrock-converse-stream',
};

export const dialectIds = Object.keys(folders) as DialectId[];

export function dialectOf(id: DialectId): Dialect {
  const dialect = dialects[id];
  if (dialect === undefined) throw new Error(`no dialect ${id}`);
  return dialect;
}

/** One recording of Converse was kept without its bytes. */
export function streamsOf(id: DialectId): readonly (readonly [name: string, kept: Recording])[] {
  const streams = listRecordings(folders[id], 'stream').filter(({ response }) => response.length > 0);
  return streams.map((kept) => [shortName(kept), kept]);
}

/** Every byte of the stream, in order. */
export function cutFrames(id: DialectId, body: Buffer): readonly Buffer[] {
  if (id !== 'bedrock-converse') return framesOf(body);
  const ends = endsOf(body);
  return ends.map((end, i) => body.subarray(ends[i - 1] ?? 0, end));
}

/** Where frames end, and where the first begins. */
export function boundariesOf(frames: readonly Buffer[]): readonly number[] {
  const places = [0];
  for (const { length } of frames) places.push((places.at(-1) ?? 0) + length);
  return places;
}

/** What a frame says of its answer, by the pages of its API: that it is whole, or that it failed. */
export function verdictOf(id: DialectId, frame: Buffer): 'whole' | 'failed' | undefined {
  if (id === 'bedrock-converse') return decode(frame).some(({ type }) => type === 'messageStop') ? 'whole' : undefined;
  if (isError(frame)) return 'failed';
  if (id === 'openai-chat' || id === 'anthropic') return isEndMark(id, frame) ? 'whole' : undefined;
  const event = readObject(dataOf(frame)) ?? {};
  return id === 'gemini' ? ofGemini(event) : ofResponses(event);
}

function ofResponses({ type }: Readonly<Record<string, unknown>>): 'whole' | 'failed' | undefined {
  if (type === 'response.failed' || type === 'error') return 'failed';
  return type === 'response.completed' || type === 'response.incomplete' ? 'whole' : undefined;
}

function ofGemini({ candidates, promptFeedback }: Readonly<Record<string, unknown>>): 'whole' | undefined {
  const list = Array.isArray(candidates) ? candidates : [];
  const isFinished = list.some((candidate) => asObject(candidate)?.finishReason !== undefined);
  return isFinished || asObject(promptFeedback)?.blockReason !== undefined ? 'whole' : undefined;
}

/** What a caller of `to` is sent of a stream of `from`: relayed where they are the same. */
export function runFor(from: DialectId, to: DialectId, pieces: readonly Buffer[], ending?: Ending): Run {
  return runBetween(dialectOf(from), dialectOf(to), from === to ? 'relayed' : 'translated', pieces, ending);
}

/** Ids that are made up anew change the checksums of binary messages, too. */
export function sentText(to: DialectId, { bytes, body }: Run): string {
  return sameIds(to === 'bedrock-converse' ? JSON.stringify(decode(bytes)) : body);
}

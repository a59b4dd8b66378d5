/** The recordings of this API, and a rig whose provider speaks it as its vendor does. */

import { request } from 'undici';
import { responsesCompatible } from '../../src/providers/responses-compatible.ts';
import { type Rig, type RigOptions, rigKey, startRig } from '../cases/rig.ts';
import { listRecordings, type Recording } from '../fakes/recording.ts';
import type { Reply } from '../fakes/reply.ts';

export const startResponsesRig = (options: RigOptions = {}): Promise<Rig> =>
  startRig({ ...options, providers: { re: responsesCompatible, ...options.providers } });

export const streams = listRecordings('openai-responses', 'stream');
export const wholes = listRecordings('openai-responses', 'json');
export const errors = listRecordings('openai-responses', 'error');

export const named = (kept: Recording) => [kept.id.split('/').slice(1).join('/'), kept] as const;

/** Bodies that a caller could send: the recordings' own, and those of a coding agent. */
export const bodies = [
  ...[...streams, ...wholes].map((kept) => ({ name: named(kept)[0], body: kept.request })),
  ...listRecordings('', 'client-request')
    .filter(({ path }) => path === '/v1/responses')
    .map((kept) => ({ name: named(kept)[0], body: kept.request?.body as Recording['request'] })),
].flatMap(({ name, body }) => (body?.input === undefined ? [] : [{ name, body }]));

/** One recording holds four answers in a row: the last is what `expect.json` speaks of. */
export function streamOf({ response }: Recording): Buffer {
  return response.subarray(Math.max(0, response.lastIndexOf('event: response.created')));
}

/** An answer ends with its last event: a mark that the API does not have (OpenRouter's) is not passed on. */
export function withoutMark(body: Buffer): Buffer {
  const end = body.indexOf('data: [DONE]');
  return end === -1 ? body : body.subarray(0, end);
}

export const isFailure = (kept: Recording) => kept.response.includes('event: response.failed');

export interface Bytes {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
}

export async function call(
  rig: Rig,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Bytes> {
  const answer = await request(rig.url + path, {
    method,
    headers: {
      authorization: `Bearer ${rigKey}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: answer.statusCode, headers: answer.headers, body: Buffer.from(await answer.body.arrayBuffer()) };
}

export const ask = (rig: Rig, body: Record<string, unknown>, headers: Record<string, string> = {}) =>
  call(rig, 'POST', '/v1/responses', { input: 'Hello', ...body }, headers);

export const sse = { 'content-type': 'text/event-stream; charset=utf-8' };

/** These bytes, a piece at a time. */
export async function inPieces(reply: Reply, pieces: readonly Buffer[]): Promise<void> {
  reply.head(200, sse);
  for (const piece of pieces) await reply.write(piece);
  reply.end();
}

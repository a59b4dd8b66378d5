/** Recorded provider traffic, read where it lies beside the repository; nothing is copied in. */
import { existsSync, readFileSync } from 'node:fs';
import type { Script } from './upstream.ts';

const wireUrl = new URL('../../../shared/wire/', import.meta.url);

export interface Recording {
  readonly id: string;
  readonly provider: string;
  readonly dialect: string;
  readonly kind: 'stream' | 'json' | 'error' | 'client-request';
  readonly status: number;
  readonly model: string | undefined;
  readonly path: string;
  readonly responseHeaders: Readonly<Record<string, string>>;
  /** Feature tags: `finish:x`, `error-NNN` ... */
  readonly shows: readonly string[];
  readonly fidelity: string;
  /** The answer's bytes. */
  readonly response: Buffer;
  /** The recorded request and the right reading of the answer, parsed; undefined when there is none. */
  readonly request: Record<string, unknown> | undefined;
  readonly expect: Record<string, unknown> | undefined;
}

/** False where only the repository was cloned: suites that need recordings say so and end. */
export const recordingsExist: boolean = existsSync(new URL('index.json', wireUrl));

/** All recordings of a dialect (`openai-chat`, `anthropic-messages` ...), of one kind if given. */
export function listRecordings(dialect: string, kind?: Recording['kind']): readonly Recording[] {
  return readIndex()
    .filter((row) => String(row.dialect ?? '') === dialect && (kind === undefined || row.kind === kind))
    .map((row) => loadRecording(String(row.id)));
}

export function loadRecording(id: string): Recording {
  const row = readIndex().find((candidate) => candidate.id === id);
  if (row === undefined) throw new Error(`no recording ${id}`);
  const files = row.files as Record<string, string>;
  const isClient = row.kind === 'client-request';
  const folder = new URL(isClient ? id.slice(0, id.lastIndexOf('/') + 1) : `${id}/`, wireUrl);
  const json = (name: string | undefined) =>
    name?.endsWith('.json') && existsSync(new URL(name, folder))
      ? (JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Record<string, unknown>)
      : undefined;
  return {
    id,
    provider: String(row.provider),
    dialect: String(row.dialect ?? ''),
    kind: row.kind as Recording['kind'],
    status: Number(row.status ?? 200),
    model: typeof row.model === 'string' ? row.model : undefined,
    path: String(row.path ?? ''),
    responseHeaders: (row.response_headers ?? {}) as Record<string, string>,
    shows: (row.shows ?? []) as string[],
    fidelity: String(row.body_fidelity),
    response: files.response === undefined ? Buffer.alloc(0) : readFileSync(new URL(files.response, folder)),
    request: json(files.request),
    expect: json(files.expect),
  };
}

/** The events of a stream that was kept decoded, one a line; [] where there are none. */
export function decodedEvents(id: string): readonly Record<string, unknown>[] {
  const events = new URL(`${id}/response.events.jsonl`, wireUrl);
  if (!existsSync(events)) return [];
  const lines = readFileSync(events, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Serves a recording byte for byte, cut at the given offsets into separate writes. */
export function recording(id: string, cuts: readonly number[] = []): Script {
  const kept = loadRecording(id);
  return async (_call, reply) => {
    reply.head(kept.status, answerHeaders(kept));
    await reply.slices(kept.response, cuts);
    reply.end();
  };
}

/** Recorded headers without those that belong to the connection or to a body that was compressed then. */
function answerHeaders(kept: Recording): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(kept.responseHeaders)) {
    if (!['content-length', 'content-encoding', 'transfer-encoding', 'connection'].includes(name))
      headers[name] = value;
  }
  headers['content-type'] ??= kept.kind === 'stream' ? 'text/event-stream' : 'application/json';
  return headers;
}

let index: readonly Record<string, unknown>[] | undefined;

function readIndex(): readonly Record<string, unknown>[] {
  index ??= JSON.parse(readFileSync(new URL('index.json', wireUrl), 'utf8')) as Record<string, unknown>[];
  return index;
}

/** The recordings of the two dialects, and how a caller asks for one. */
import { listRecordings, type Recording } from '../fakes/recording.ts';

export type Wire = 'openai-chat' | 'anthropic';

const folders = { 'openai-chat': 'openai-chat', anthropic: 'anthropic-messages' } as const;

/** What the rig calls a provider that speaks this dialect. */
export const prefixes: Readonly<Record<Wire, string>> = { 'openai-chat': 'oa', anthropic: 'an' };
export const otherWire: Readonly<Record<Wire, Wire>> = { 'openai-chat': 'anthropic', anthropic: 'openai-chat' };
export const paths: Readonly<Record<Wire, string>> = {
  'openai-chat': '/v1/chat/completions',
  anthropic: '/v1/messages',
};

/** All of a dialect, whoever the vendor is. */
export function corpus(wire: Wire, kind?: Recording['kind']): readonly Recording[] {
  return listRecordings(folders[wire], kind);
}

/** The streams that can be read thousands of times, the smallest first. */
export function smallStreams(wire: Wire): readonly Recording[] {
  const streams = corpus(wire, 'stream').filter((kept) => kept.response.length < 2000);
  return streams.toSorted((a, b) => a.response.length - b.response.length);
}

/** Bodies that command-line agents really sent to this path. They were kept in an envelope, without an answer. */
export function clientBodies(path: string): readonly Recording[] {
  return listRecordings('', 'client-request')
    .filter((kept) => kept.path.split('?')[0] === path)
    .map((kept) => ({ ...kept, request: kept.request?.body as Recording['request'] }));
}

/** Every body of a dialect that a caller could send: the recordings' own, and the agents'. */
export function requestBodies(wire: Wire): readonly Recording[] {
  return [...corpus(wire).filter((kept) => kept.request !== undefined), ...clientBodies(paths[wire])];
}

export function wireOf(kept: Recording): Wire {
  return kept.dialect === 'openai-chat' ? 'openai-chat' : 'anthropic';
}

/** Short enough for a table: `vendor/name`. */
export function shortName(kept: Recording): string {
  return kept.id.split('/').slice(1).join('/');
}

/** The body that was recorded, addressed to `model`; a plain one where none was kept. */
export function recordedBody(kept: Recording, model: string, stream: boolean): Record<string, unknown> {
  const { stream: _stream, ...body } = kept.request ?? { messages: [{ role: 'user', content: 'Hello' }] };
  const least = wireOf(kept) === 'anthropic' && body.max_tokens === undefined ? { max_tokens: 1000 } : {};
  return { ...body, model, ...least, ...(stream && { stream }) };
}

/** Asks for nothing special, in either dialect. */
export function plainBody(model: string, stream: boolean): Record<string, unknown> {
  return { model, max_tokens: 1000, messages: [{ role: 'user', content: 'Hello' }], ...(stream && { stream }) };
}

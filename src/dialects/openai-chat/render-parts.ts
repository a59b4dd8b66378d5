/** Blocks as content: a string where there is only text, parts where there is more. */
import { stringifyJson } from '../../lib/json.ts';
import { noteCarried, noteSeal } from '../../llm/carried.ts';
import type { Block, MediaBlock, Turn } from '../../llm/chat.ts';
import type { Notes } from '../../llm/notes.ts';
import { blockPlace } from '../../llm/place.ts';
import type { WireObject } from '../wire-object.ts';
import { imageUrl, refused } from './image-url.ts';
import { isFields } from './shape.ts';
import { dialectId, restored } from './wire.ts';

/** The parts of a user's message, without results. Throws LlmFailure for media that this API cannot take. */
export function renderParts(turn: Turn, at: string, notes: Notes): WireObject[] {
  return turn.blocks.flatMap((block, i) =>
    block.type === 'tool-result' ? [] : renderPart(block, blockPlace(turn, i, at), notes),
  );
}

/** One text alone is written as a string: every server of this dialect takes that. */
export function asContent(parts: readonly WireObject[]): string | readonly WireObject[] {
  const [first] = parts;
  if (first === undefined) return '';
  const isPlain = parts.length === 1 && first.type === 'text' && Object.keys(first).length === 2;
  return isPlain ? String(first.text) : parts;
}

/** The texts of blocks that can only be text: instructions, results, what the assistant said. */
export function textsOf(blocks: readonly Block[]): string[] {
  return blocks.flatMap((block) => (block.type === 'text' && block.text !== '' ? [block.text] : []));
}

function renderPart(block: Block, at: string, notes: Notes): WireObject[] {
  if (block.type === 'opaque') {
    if (block.carried.dialect === dialectId) return [restored(block.carried)];
    return [{ type: 'text', text: renderForeign(block.carried.raw, at, notes) }];
  }
  noteExtras(block, notes);
  const extras = restored(block.carried);
  if (block.type === 'text') return block.text === '' ? [] : [{ type: 'text', text: block.text, ...extras }];
  if (block.type === 'media') return [{ ...renderMedia(block, at), ...extras }];
  notes.dropped(`messages.content.${block.type}`, 'a user message of the target cannot hold it');
  return [];
}

export function noteOpaque(raw: unknown, notes: Notes): void {
  notes.dropped(`messages.content.${typeOf(raw)}`, 'only its own API has this block');
}

/** Blocks of another API whose content is not text: as JSON they would say nothing. */
const wordless = ['document', 'container_upload'];

/**
 * What a user or a tool says in a block that only another API has (a search result, a reference), as its JSON, which a
 * model can read. Throws invalid-request where the block's content is not words.
 */
export function renderForeign(raw: unknown, at: string, notes: Notes): string {
  const type = typeOf(raw);
  if (wordless.includes(type)) {
    throw refused(
      at,
      `a ${type} block of this kind cannot be given to the model behind this name; send text or images`,
    );
  }
  noteOpaque(raw, notes);
  return stringifyJson(raw);
}

function typeOf(raw: unknown): string {
  return isFields(raw) && typeof raw.type === 'string' ? raw.type : 'unknown';
}

export function noteExtras(block: Exclude<Block, { type: 'opaque' }>, notes: Notes): void {
  if (block.cache !== undefined) notes.dropped('cache_control', 'the target caches prompts by itself');
  noteCarried(block.carried, dialectId, 'messages.content', notes);
  noteSeal(block, dialectId, notes);
}

export function renderMedia(block: MediaBlock, at: string): WireObject {
  if ('file' in block.source) {
    if (block.carried?.dialect !== dialectId) {
      throw refused(at, "this file id belongs to another provider's API; send the file's bytes in base64");
    }
    return { type: 'file', file: { file_id: block.source.file } };
  }
  switch (block.kind) {
    case 'image':
      return { type: 'image_url', image_url: { url: imageUrl(block, at), detail: block.detail } };
    case 'document':
      return renderDocument(block, at);
    case 'audio':
      return renderAudio(block, at);
    case 'video':
      throw refused(at, 'video is not supported by the model behind this name');
  }
}

function renderDocument(block: MediaBlock, at: string): WireObject {
  const { source, mediaType = 'application/pdf', name } = block;
  if ('text' in source) return { type: 'text', text: name === undefined ? source.text : `${name}\n\n${source.text}` };
  if (!('base64' in source))
    throw refused(at, 'a document by URL is not supported by the model behind this name; send its bytes in base64');
  if (mediaType !== 'application/pdf')
    throw refused(at, `${mediaType} documents are not supported; send a PDF or text`);
  const filename = name ?? 'document.pdf';
  return { type: 'file', file: { filename, file_data: `data:${mediaType};base64,${source.base64}` } };
}

const audioFormats: ReadonlyMap<string, string> = new Map([
  ['audio/wav', 'wav'],
  ['audio/x-wav', 'wav'],
  ['audio/mpeg', 'mp3'],
  ['audio/mp3', 'mp3'],
]);

function renderAudio({ source, mediaType = '' }: MediaBlock, at: string): WireObject {
  const format = audioFormats.get(mediaType);
  if (format === undefined || !('base64' in source)) throw refused(at, 'audio must be WAV or MP3 in base64');
  return { type: 'input_audio', input_audio: { data: source.base64, format } };
}

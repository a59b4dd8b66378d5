/** Blocks as content: a string where there is only text, parts where there is more. */
import { noteCarried, noteSeal } from '../../llm/carried.ts';
import type { Block, MediaBlock, Turn } from '../../llm/chat.ts';
import type { Notes } from '../../llm/notes.ts';
import { blockPlace } from '../../llm/place.ts';
import { foreignText } from '../foreign-block.ts';
import type { WireObject } from '../wire-object.ts';
import { imageUrl, refused } from './image-url.ts';
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
    return [{ type: 'text', text: foreignText(block.carried.raw, at, notes) }];
  }
  noteExtras(block, notes);
  const extras = restored(block.carried);
  if (block.type === 'text') return block.text === '' ? [] : [{ type: 'text', text: block.text, ...extras }];
  if (block.type === 'media') return [{ ...renderMedia(block, at), ...extras }];
  notes.dropped(`messages.content.${block.type}`, 'a user message of the target cannot hold it');
  return [];
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
  // What is text says the same as one.
  if (mediaType.startsWith('text/')) {
    const text = Buffer.from(source.base64, 'base64').toString('utf8');
    return renderDocument({ ...block, source: { text } }, at);
  }
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

/** Images and documents, both ways. https://platform.claude.com/docs/en/build-with-claude/vision */
import { standardBase64 } from '../../lib/base64.ts';
import type { MediaBlock } from '../../llm/chat.ts';
import type { JsonObject } from '../dialect.ts';
import { absent, arrayAt, filledAt, objectAt, oneOf, refused, stringAt } from '../shape.ts';
import { isObject, type WireObject } from '../wire-object.ts';
import { restored } from './wire.ts';

const imageTypes = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'] as const;

type MediaFields = Pick<MediaBlock, 'source' | 'mediaType'>;

export function parseImageSource(value: unknown, path: string): MediaFields {
  const source = objectAt(value, path);
  const type = oneOf(source.type, `${path}.type`, ['base64', 'url', 'file']);
  if (type === 'url') return { source: { url: urlAt(source.url, `${path}.url`) } };
  if (type === 'file') return { source: { file: filledAt(source.file_id, `${path}.file_id`) } };
  const mediaType = oneOf(mediaTypeOf(source), `${path}.media_type`, imageTypes);
  return { mediaType, source: { base64: base64At(source.data, `${path}.data`) } };
}

/** Undefined for a document made of blocks that are not all text: only this dialect can hold it. */
export function parseDocumentSource(value: unknown, path: string): MediaFields | undefined {
  const source = objectAt(value, path);
  switch (oneOf(source.type, `${path}.type`, ['base64', 'url', 'file', 'text', 'content'])) {
    case 'url':
      return { mediaType: 'application/pdf', source: { url: urlAt(source.url, `${path}.url`) } };
    case 'file':
      return { source: { file: filledAt(source.file_id, `${path}.file_id`) } };
    case 'text':
      return { mediaType: 'text/plain', source: { text: stringAt(source.data, `${path}.data`) } };
    case 'content':
      return textOfContent(source.content, `${path}.content`);
    case 'base64': {
      const mediaType = oneOf(mediaTypeOf(source), `${path}.media_type`, ['application/pdf']);
      return { mediaType, source: { base64: base64At(source.data, `${path}.data`) } };
    }
  }
}

function textOfContent(value: unknown, path: string): MediaFields | undefined {
  if (typeof value === 'string') return { mediaType: 'text/plain', source: { text: value } };
  const blocks = arrayAt(value, path);
  if (!blocks.every((block) => isObject(block) && block.type === 'text' && typeof block.text === 'string')) {
    return undefined;
  }
  const text = blocks.map((block) => (block as JsonObject).text).join('\n');
  return { mediaType: 'text/plain', source: { text } };
}

/** Throws for media that the API cannot take: answering without it would be a wrong answer. */
export function renderMedia(block: MediaBlock, path: string): WireObject {
  if (block.kind === 'image') return { type: 'image', source: imageSource(block, path), ...restored(block.carried) };
  if (block.kind !== 'document') {
    const part = block.kind === 'audio' ? 'input_audio' : 'video';
    throw refused(path, `unsupported content type ${part}: this model takes text, images and PDF documents`);
  }
  const { source: kept, ...rest } = restored(block.carried);
  const title = block.name === undefined ? {} : { title: block.name };
  return { type: 'document', source: kept ?? documentSource(block, path), ...title, ...rest };
}

function imageSource(block: MediaBlock, path: string): WireObject {
  if ('url' in block.source) return { type: 'url', url: urlAt(block.source.url, path) };
  if ('file' in block.source) return { type: 'file', file_id: ownFile(block, block.source.file, path) };
  if ('text' in block.source) throw refused(path, 'an image cannot be given as text; send base64 or a URL');
  const mediaType = oneOf(block.mediaType, path, imageTypes);
  return { type: 'base64', media_type: mediaType, data: base64At(block.source.base64, path) };
}

function documentSource(block: MediaBlock, path: string): WireObject {
  if ('url' in block.source) return { type: 'url', url: urlAt(block.source.url, path) };
  if ('file' in block.source) return { type: 'file', file_id: ownFile(block, block.source.file, path) };
  if ('text' in block.source) return { type: 'text', media_type: 'text/plain', data: block.source.text };
  const data = base64At(block.source.base64, path);
  if (block.mediaType?.startsWith('text/')) {
    return { type: 'text', media_type: 'text/plain', data: Buffer.from(data, 'base64').toString('utf8') };
  }
  return { type: 'base64', media_type: oneOf(block.mediaType, path, ['application/pdf']), data };
}

/** A file id means nothing to any provider but the one that gave it out. */
function ownFile(block: MediaBlock, file: string, path: string): string {
  if (block.carried?.dialect === 'anthropic') return file;
  throw refused(path, "this file id belongs to another provider's API; send the file's bytes in base64, or its URL");
}

function mediaTypeOf(source: JsonObject): unknown {
  if (typeof source.media_type !== 'string') return source.media_type;
  return source.media_type.split(';', 1)[0]?.trim().toLowerCase();
}

function urlAt(value: unknown, path: string): string {
  const url = filledAt(value, path);
  if (!/^https?:\/\//i.test(url)) throw refused(path, 'must be an http or https URL');
  return url;
}

function base64At(value: unknown, path: string): string {
  if (absent(value)) throw refused(path, 'must be a string of base64');
  const base64 = standardBase64(filledAt(value, path));
  if (base64 === undefined) throw refused(path, 'is not base64 (without a data: prefix)');
  return base64;
}

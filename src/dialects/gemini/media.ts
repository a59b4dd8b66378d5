/** Pictures, documents, sound and film, both ways. https://ai.google.dev/gemini-api/docs/file-input-methods */
import type { MediaBlock, Seal } from '../../llm/chat.ts';
import { packSeal } from '../../llm/seal.ts';
import type { JsonObject } from '../dialect.ts';
import { absent, filledAt, objectAt, refused, stringAt } from '../shape.ts';
import type { WireObject } from '../wire-object.ts';
import { dialectId, leftover, restored } from './wire.ts';

type Media = Omit<MediaBlock, 'cache'>;

/** `inlineData`: bytes in base64. Text comes as text, which every dialect takes. */
export function readInline(value: unknown, path: string): Media {
  const blob = objectAt(value, path);
  const mediaType = mediaTypeAt(blob.mimeType, `${path}.mimeType`);
  const base64 = base64At(blob.data, `${path}.data`);
  const source = mediaType.startsWith('text/') ? { text: Buffer.from(base64, 'base64').toString('utf8') } : { base64 };
  return { ...media(mediaType, blob), source, ...leftover(blob, ['mimeType', 'data', 'displayName']) };
}

/**
 * `fileData`: an address. What only the provider can open (its own files, a bucket, a film on YouTube) is one of its
 * files and no URL to anybody else.
 */
export function readFile(value: unknown, path: string): Media {
  const file = objectAt(value, path);
  const uri = filledAt(file.fileUri, `${path}.fileUri`);
  const mediaType = absent(file.mimeType) ? typeOfName(uri) : mediaTypeAt(file.mimeType, `${path}.mimeType`);
  const isOwn =
    !/^https:\/\//i.test(uri) || /^https:\/\/(\w+\.googleapis\.com|(www\.)?youtu(be\.com|\.be))\//i.test(uri);
  const { carried } = leftover(file, ['mimeType', 'fileUri', 'displayName']);
  const block = media(mediaType ?? (/youtu/i.test(uri) ? 'video/mp4' : undefined), file);
  if (isOwn) return { ...block, source: { file: uri }, carried: carried ?? { dialect: dialectId, raw: {} } };
  return { ...block, source: { url: uri }, ...(carried && { carried }) };
}

function media(mediaType: string | undefined, fields: JsonObject): Pick<Media, 'type' | 'kind' | 'mediaType' | 'name'> {
  const { displayName: name } = fields;
  return {
    type: 'media',
    kind: kindOf(mediaType),
    ...(mediaType !== undefined && { mediaType }),
    ...(typeof name === 'string' && name !== '' && { name }),
  };
}

function kindOf(mediaType = ''): MediaBlock['kind'] {
  const kind = mediaType.split('/', 1)[0];
  return kind === 'image' || kind === 'audio' || kind === 'video' ? kind : 'document';
}

function mediaTypeAt(value: unknown, path: string): string {
  const mediaType = filledAt(value, path).split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (!/^[\w.+-]+\/[\w.+-]+$/.test(mediaType)) throw refused(path, 'must be a media type, like image/png');
  return mediaType;
}

/** Line breaks and the URL-safe alphabet are taken by the API, but not by others. */
function base64At(value: unknown, path: string): string {
  const text = stringAt(value, path).replace(/\s+/g, '').replaceAll('-', '+').replaceAll('_', '/');
  const bare = text.replace(/={0,2}$/, '');
  if (bare === '' || !/^[A-Za-z0-9+/]+$/.test(bare)) throw refused(path, 'must be base64 (without a data: prefix)');
  return bare.padEnd(Math.ceil(bare.length / 4) * 4, '=');
}

/** A part of a request. Throws LlmFailure for media that the API cannot take: without it the answer would be wrong. */
export function renderMedia(block: MediaBlock, path: string): WireObject {
  const { source, name, mediaType } = block;
  if ('text' in source) return { text: name === undefined ? source.text : `${name}\n\n${source.text}` };
  return { ...mediaPart(block, source, mediaType, path), ...signature(block.seal), ...restored(block.carried) };
}

function mediaPart(
  block: MediaBlock,
  source: MediaBlock['source'],
  mediaType: string | undefined,
  path: string,
): WireObject {
  if ('base64' in source) {
    if (mediaType === undefined) throw refused(path, 'base64 data needs its media type');
    return { inlineData: { mimeType: mediaType, data: source.base64 } };
  }
  if ('file' in source) {
    if (block.carried?.dialect === dialectId) return { fileData: { mimeType: mediaType, fileUri: source.file } };
    throw refused(path, "this file id belongs to another provider's API; send the file's bytes in base64");
  }
  const url = 'url' in source ? source.url : '';
  if (!/^https:\/\/[^/]/i.test(url)) {
    const why = 'and this gateway fetches nothing itself';
    throw refused(path, `the model behind this name opens only https addresses, ${why}; send the bytes in base64`);
  }
  const fallback = block.kind === 'document' ? 'application/pdf' : undefined;
  return { fileData: { mimeType: mediaType ?? typeOfName(url) ?? fallback, fileUri: url } };
}

/** A part of an answer. */
export function answerMedia({ source, mediaType, seal }: MediaBlock): WireObject | undefined {
  if ('base64' in source) return { inlineData: { mimeType: mediaType, data: source.base64 }, ...signature(seal) };
  if ('url' in source) return { fileData: { mimeType: mediaType, fileUri: source.url }, ...signature(seal) };
  return 'text' in source ? { text: source.text } : undefined;
}

export function signature(seal: Seal | undefined): WireObject {
  return seal === undefined ? {} : { thoughtSignature: packSeal(seal, dialectId) };
}

const endings: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  gif: 'image/gif',
  heic: 'image/heic',
  pdf: 'application/pdf',
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  mp4: 'video/mp4',
  webm: 'video/webm',
};

/** What the end of an address says of its content. */
function typeOfName(url: string): string | undefined {
  return endings[/\.(\w{3,4})(?:[?#]|$)/.exec(url)?.[1]?.toLowerCase() ?? ''];
}

/**
 * Images, documents, video and audio, both ways: bytes in base64, or an object in S3.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-call.html
 */
import { standardBase64 } from '../../lib/base64.ts';
import type { MediaBlock } from '../../llm/chat.ts';
import type { JsonObject } from '../dialect.ts';
import { absent, filledAt, objectAt, refused, stringAt } from '../shape.ts';
import { isObject, type WireObject } from '../wire-object.ts';
import { carry, restored, without } from './wire.ts';

export type MediaKind = MediaBlock['kind'];
export const mediaKinds: readonly MediaKind[] = ['image', 'document', 'video', 'audio'];

/** Where a format is not the second half of its media type. */
const mediaTypes: Readonly<Record<MediaKind, Readonly<Record<string, string>>>> = {
  image: {},
  document: {
    pdf: 'application/pdf',
    csv: 'text/csv',
    doc: 'application/msword',
    docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    xls: 'application/vnd.ms-excel',
    xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    html: 'text/html',
    txt: 'text/plain',
    md: 'text/markdown',
  },
  video: {
    mkv: 'video/x-matroska',
    mov: 'video/quicktime',
    flv: 'video/x-flv',
    wmv: 'video/x-ms-wmv',
    three_gp: 'video/3gpp',
  },
  audio: { mp3: 'audio/mpeg', m4a: 'audio/mp4' },
};

/** All that the API takes, in its own words. */
const formats: Readonly<Record<MediaKind, readonly string[]>> = {
  image: ['png', 'jpeg', 'gif', 'webp'],
  document: ['pdf', 'csv', 'doc', 'docx', 'xls', 'xlsx', 'html', 'txt', 'md'],
  video: ['mkv', 'mov', 'mp4', 'webm', 'flv', 'mpeg', 'mpg', 'wmv', 'three_gp'],
  audio: [
    'mp3',
    'opus',
    'wav',
    'aac',
    'flac',
    'mp4',
    'ogg',
    'mkv',
    'mka',
    'x-aac',
    'm4a',
    'mpeg',
    'mpga',
    'pcm',
    'webm',
  ],
};

export function parseMedia(kind: MediaKind, value: unknown, path: string): MediaBlock {
  const raw = objectAt(value, path);
  const source = objectAt(raw.source, `${path}.source`);
  const format = absent(raw.format) ? undefined : stringAt(raw.format, `${path}.format`);
  // Other providers would take its media type for something else, and answer without the picture.
  if (kind === 'image' && format !== undefined && !formats.image.includes(format))
    throw refused(`${path}.format`, `must be one of ${formats.image.join(', ')}`);
  const mediaType = format === undefined ? undefined : (mediaTypes[kind][format] ?? `${kind}/${format}`);
  const name = absent(raw.name) ? undefined : stringAt(raw.name, `${path}.name`);
  return {
    type: 'media',
    kind,
    source: parseSource(source, `${path}.source`),
    ...(mediaType !== undefined && { mediaType }),
    ...(name !== undefined && { name }),
    ...carry({ ...without(raw, ['format', 'name', 'source']), ...keptSource(source) }),
  };
}

function parseSource(source: JsonObject, path: string): MediaBlock['source'] {
  if (!absent(source.bytes)) return { base64: base64At(source.bytes, `${path}.bytes`) };
  if (!absent(source.text)) return { text: stringAt(source.text, `${path}.text`) };
  if (!absent(source.s3Location)) {
    return { url: filledAt(objectAt(source.s3Location, `${path}.s3Location`).uri, `${path}.s3Location.uri`) };
  }
  if (Array.isArray(source.content)) return { text: source.content.map((part) => textOf(part)).join('\n') };
  throw refused(path, 'must have bytes, text, content or an s3Location');
}

/** A source that says more than its bytes, its text or its address. */
function keptSource(source: JsonObject): JsonObject {
  const location = isObject(source.s3Location) ? Object.keys(source.s3Location) : [];
  return location.length > 1 || Array.isArray(source.content) ? { source } : {};
}

function textOf(part: unknown): string {
  return isObject(part) && typeof part.text === 'string' ? part.text : '';
}

/** `{image: …}`. `name` is that of a document. Throws for media that the API cannot take. */
export function renderMedia(block: MediaBlock, path: string, name: string | undefined): WireObject {
  const { guardContent, source: kept, ...rest } = restored(block.carried);
  const media = {
    format: formatOf(block, path),
    ...(name !== undefined && { name }),
    source: kept ?? sourceOf(block, path),
    ...rest,
  };
  return guardContent === undefined ? { [block.kind]: media } : { guardContent: { [block.kind]: media } };
}

function formatOf({ kind, mediaType, source }: MediaBlock, path: string): string {
  if ('text' in source && mediaType === undefined) return 'txt';
  const named = Object.entries(mediaTypes[kind]).find(([, type]) => type === mediaType)?.[0];
  const format = named ?? mediaType?.slice(mediaType.indexOf('/') + 1);
  const known = formats[kind].find((candidate) => candidate === format);
  if (known !== undefined) return known;
  if (kind === 'image' && format === 'jpg') return 'jpeg';
  if (kind === 'document' && mediaType?.startsWith('text/')) return 'txt';
  if (kind === 'audio' && (format === 'x-wav' || format === 'wave')) return 'wav';
  const what = mediaType === undefined ? `${kind} without a media type` : mediaType;
  throw refused(path, `${what} is not taken by this model's API; it takes ${kind}s as ${formats[kind].join(', ')}`);
}

function sourceOf({ source, kind }: MediaBlock, path: string): WireObject {
  if ('base64' in source) return { bytes: base64At(source.base64, path) };
  if ('text' in source) return { bytes: Buffer.from(source.text).toString('base64') };
  if ('file' in source) {
    throw refused(path, "this file id belongs to another provider's API; send the file's bytes in base64");
  }
  if (source.url.startsWith('s3://')) return { s3Location: { uri: source.url } };
  throw refused(path, `this model's API fetches no addresses; send the ${kind}'s bytes in base64`);
}

function base64At(value: unknown, path: string): string {
  const base64 = standardBase64(filledAt(value, path));
  if (base64 === undefined) throw refused(path, 'is not base64 (without a data: prefix)');
  return base64;
}

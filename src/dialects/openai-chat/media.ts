/**
 * Images, files and audio in a caller's message. Data URIs are read strictly: what cannot be understood is refused with
 * the path of the part, because an answer without the picture would be a wrong answer.
 * https://platform.openai.com/docs/guides/images-vision
 */
import { standardBase64 } from '../../lib/base64.ts';
import type { MediaBlock } from '../../llm/chat.ts';
import { invalidRequest } from '../../llm/error.ts';
import { type Fields, optionalString, pathOf, readFields, requiredString, wrongShape } from './shape.ts';
import { dialectId } from './wire.ts';

type Media = Omit<MediaBlock, 'cache' | 'carried'> & Pick<MediaBlock, 'carried'>;

const imageTypes = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];

export function readImage(part: Fields, at: string): Media {
  const path = pathOf(at, 'image_url');
  const image = typeof part.image_url === 'string' ? { url: part.image_url } : readFields(part.image_url, path);
  const url = requiredString(image, 'url', path);
  const detail = optionalString(image, 'detail', path);
  const media = { type: 'media', kind: 'image', ...(detail !== undefined && { detail }) } as const;
  if (!/^data:/i.test(url)) return { ...media, source: { url: readUrl(url, pathOf(path, 'url')) } };
  const { mediaType: declared, base64 } = readDataUri(url, pathOf(path, 'url'));
  const mediaType = imageTypeOf(base64) ?? (declared === 'image/jpg' ? 'image/jpeg' : declared);
  if (!imageTypes.includes(mediaType)) {
    throw invalidRequest(`${path}.url: ${mediaType} is not supported; send ${imageTypes.join(', ')}.`, `${path}.url`);
  }
  return { ...media, mediaType, source: { base64 } };
}

export function readFile(part: Fields, at: string): Media {
  const path = pathOf(at, 'file');
  const file = readFields(part.file, path);
  const name = optionalString(file, 'filename', path);
  const named = name === undefined ? {} : { name };
  const id = optionalString(file, 'file_id', path);
  if (id !== undefined) {
    // The raw object is empty: it only says whose file this is, since no other provider knows the id.
    const carried = { dialect: dialectId, raw: {} } as const;
    return { type: 'media', kind: 'document', ...named, source: { file: id }, carried };
  }
  const data = requiredString(file, 'file_data', path);
  const dataPath = pathOf(path, 'file_data');
  if (/^https?:/i.test(data)) return { type: 'media', kind: 'document', ...named, source: { url: data } };
  // Without a prefix only a PDF can be recognised: its bytes start with %PDF-.
  const bare = !/^data:/i.test(data) && data.startsWith('JVBERi');
  const { mediaType, base64 } = readDataUri(bare ? `data:application/pdf;base64,${data}` : data, dataPath);
  if (mediaType === 'text/plain') {
    const text = Buffer.from(base64, 'base64').toString('utf8');
    return { type: 'media', kind: 'document', mediaType, ...named, source: { text } };
  }
  const kind = imageTypes.includes(mediaType) ? 'image' : 'document';
  return { type: 'media', kind, mediaType, ...named, source: { base64 } };
}

export function readAudio(part: Fields, at: string): Media {
  const path = pathOf(at, 'input_audio');
  const audio = readFields(part.input_audio, path);
  const format = requiredString(audio, 'format', path).toLowerCase();
  const base64 = readBase64(requiredString(audio, 'data', path), pathOf(path, 'data'));
  return {
    type: 'media',
    kind: 'audio',
    mediaType: format === 'mp3' ? 'audio/mpeg' : `audio/${format}`,
    source: { base64 },
  };
}

function readUrl(url: string, path: string): string {
  if (!/^https?:\/\/[^/]/i.test(url)) throw wrongShape(path, 'an http(s) URL or a data: URI with base64', url);
  return url;
}

/** `data:<type>[;parameters];base64,<data>`. The type comes in lower case, the data in standard base64. */
function readDataUri(uri: string, path: string): { mediaType: string; base64: string } {
  const comma = uri.indexOf(',');
  const [mediaType = '', ...parameters] = uri.slice('data:'.length, comma).toLowerCase().split(';');
  const isBase64 = parameters.at(-1)?.trim() === 'base64';
  if (!/^data:/i.test(uri) || comma === -1 || !isBase64 || !/^[\w.+-]+\/[\w.+-]+$/.test(mediaType.trim())) {
    throw wrongShape(path, 'a data URI like data:image/png;base64,… (or a URL)', uri);
  }
  return { mediaType: mediaType.trim(), base64: readBase64(uri.slice(comma + 1), path) };
}

function readBase64(text: string, path: string): string {
  const base64 = standardBase64(text);
  if (base64 === undefined) throw invalidRequest(`${path}: the data is not valid base64, or empty.`, path);
  return base64;
}

/** What the bytes say goes before what the caller says: providers refuse a wrong declaration. */
function imageTypeOf(base64: string): string | undefined {
  const head = Buffer.from(base64.slice(0, 24), 'base64').toString('latin1');
  if (head.startsWith('\x89PNG')) return 'image/png';
  if (head.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (head.startsWith('GIF8')) return 'image/gif';
  if (head.startsWith('RIFF') && head.startsWith('WEBP', 8)) return 'image/webp';
  return undefined;
}

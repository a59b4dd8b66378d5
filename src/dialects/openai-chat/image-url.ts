/** Images and web addresses as both APIs of OpenAI take them. https://platform.openai.com/docs/guides/images-vision#image-input-requirements */
import type { MediaBlock } from '../../llm/chat.ts';
import { invalidRequest, type LlmFailure } from '../../llm/error.ts';

const imageTypes: readonly string[] = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];

/** The address of an image, or its bytes as one. Throws invalid-request for what the API cannot take. */
export function imageUrl({ source, mediaType }: MediaBlock, at: string): string {
  if ('url' in source) return webUrl(source.url, at);
  if ('base64' in source && mediaType !== undefined) {
    if (!imageTypes.includes(mediaType))
      throw refused(at, `${mediaType} is not supported; send ${imageTypes.join(', ')}`);
    return `data:${mediaType};base64,${source.base64}`;
  }
  throw refused(at, 'an image must be given as base64 with its media type, or as a URL');
}

/** A place in somebody's bucket is no address for this API, and nothing here fetches it. */
export function webUrl(url: string, at: string): string {
  if (!/^https?:\/\//i.test(url))
    throw refused(at, 'the model behind this name takes http(s) addresses; send the bytes');
  return url;
}

/** The refusal of a part that the API cannot take, at its place. */
export function refused(at: string, rule: string): LlmFailure {
  return invalidRequest(`${at}: ${rule}.`, at);
}

/** Images and files as parts. https://platform.openai.com/docs/guides/images-vision · https://platform.openai.com/docs/guides/pdf-files */
import type { MediaBlock } from '../../llm/chat.ts';
import { imageUrl, refused, webUrl } from '../openai-chat/image-url.ts';
import type { WireObject } from '../wire-object.ts';
import { dialectId } from './wire.ts';

/** Throws LlmFailure for what this API cannot take: without the picture an answer would be a wrong one. */
export function renderInputMedia(block: MediaBlock, at: string): WireObject {
  const { source } = block;
  if ('file' in source) {
    if (block.carried?.dialect !== dialectId)
      throw refused(at, "this file id belongs to another provider's API; send the file's bytes in base64");
    return block.kind === 'image'
      ? { type: 'input_image', file_id: source.file, detail: block.detail ?? 'auto' }
      : { type: 'input_file', file_id: source.file };
  }
  if (block.kind === 'image')
    return { type: 'input_image', image_url: imageUrl(block, at), detail: block.detail ?? 'auto' };
  if (block.kind === 'document') return renderDocument(block, at);
  throw refused(at, `${block.kind} is not supported by the model behind this name`);
}

function renderDocument({ source, mediaType = 'application/pdf', name }: MediaBlock, at: string): WireObject {
  if ('url' in source) return { type: 'input_file', file_url: webUrl(source.url, at) };
  if ('text' in source)
    return { type: 'input_text', text: name === undefined ? source.text : `${name}\n\n${source.text}` };
  if (!('base64' in source)) throw refused(at, "send the document's bytes in base64");
  const filename = name ?? 'document.pdf';
  if (mediaType !== 'application/pdf' && name === undefined)
    throw refused(at, `a document of ${mediaType} needs a file name; or send a PDF or text`);
  return { type: 'input_file', filename, file_data: `data:${mediaType};base64,${source.base64}` };
}

/**
 * Where an answer comes from, as single citations. https://ai.google.dev/api/generate-content#GroundingMetadata
 * https://ai.google.dev/api/generate-content#citationmetadata
 */
import type { JsonObject } from '../dialect.ts';
import { isObject } from '../wire-object.ts';

export interface Citation {
  readonly type: 'grounding';
  /** Absent where the source has no address: a file of the provider's own store. */
  readonly url?: string;
  readonly title: string;
}

/** The sources that the answer names, each once. */
export function answerCitations(about: JsonObject): Citation[] {
  const found = new Map<string, Citation>();
  for (const source of [...groundingSources(about.groundingMetadata), ...citedSources(about.citationMetadata)]) {
    const { uri, title } = source;
    const url = typeof uri === 'string' && uri !== '' ? uri : undefined;
    const words = typeof title === 'string' ? title : '';
    if (!found.has(url ?? '')) found.set(url ?? '', { type: 'grounding', ...(url && { url }), title: words });
  }
  return [...found.values()];
}

function groundingSources(metadata: unknown): JsonObject[] {
  const chunks = isObject(metadata) && Array.isArray(metadata.groundingChunks) ? metadata.groundingChunks : [];
  return chunks.filter(isObject).flatMap(({ web, maps, retrievedContext }) => {
    const source = [web, maps, retrievedContext].find(isObject);
    return source === undefined ? [] : [source];
  });
}

/** The Gemini API and Vertex name the list differently. */
function citedSources(metadata: unknown): JsonObject[] {
  if (!isObject(metadata)) return [];
  const list = metadata.citationSources ?? metadata.citations;
  return Array.isArray(list) ? list.filter(isObject) : [];
}

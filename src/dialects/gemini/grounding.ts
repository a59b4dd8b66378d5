/** Where an answer comes from, as single citations. https://ai.google.dev/api/generate-content#GroundingMetadata */
import type { JsonObject } from '../dialect.ts';
import { isObject } from './wire.ts';

export interface Citation {
  readonly type: 'grounding';
  readonly url: string;
  readonly title: string;
}

/** The pages that the answer names, each once. */
export function groundingCitations(metadata: unknown): Citation[] {
  const chunks = isObject(metadata) && Array.isArray(metadata.groundingChunks) ? metadata.groundingChunks : [];
  const found = new Map<string, Citation>();
  for (const chunk of chunks) {
    const source = isObject(chunk) ? [chunk.web, chunk.maps, chunk.retrievedContext].find(isObject) : undefined;
    const citation = source && citationOf(source);
    if (citation !== undefined && !found.has(citation.url)) found.set(citation.url, citation);
  }
  return [...found.values()];
}

function citationOf({ uri, title }: JsonObject): Citation | undefined {
  if (typeof uri !== 'string' || uri === '') return undefined;
  return { type: 'grounding', url: uri, title: typeof title === 'string' ? title : '' };
}

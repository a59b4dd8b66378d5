/** Calls about an answer that its provider keeps. https://platform.openai.com/docs/api-reference/responses/get */
import type { Dialect } from './dialect.ts';
import { openaiResponses } from './openai-responses/index.ts';

export interface StoredAnswerCall {
  readonly dialect: Dialect;
  /** The provider's own id. */
  readonly id: string;
  /** What follows the id in the path. */
  readonly rest: '' | '/cancel' | '/input_items';
  readonly methods: readonly string[];
  /** Query parameters that travel on. */
  readonly forwardedQuery: readonly string[];
}

/** An id can be nothing that leads to another path of the provider. */
const pattern = /^(?:\/v1)?\/responses\/([\w-]{1,256})(\/cancel|\/input_items|)$/;

const methods = { '': ['GET', 'DELETE'], '/cancel': ['POST'], '/input_items': ['GET'] } as const;
const queries = {
  '': ['include', 'include[]', 'stream', 'starting_after', 'include_obfuscation'],
  '/cancel': [],
  '/input_items': ['include', 'include[]', 'after', 'before', 'limit', 'order'],
} as const;

export function findStoredAnswer(path: string): StoredAnswerCall | undefined {
  const [, id, tail] = pattern.exec(path) ?? [];
  if (id === undefined) return undefined;
  const rest = tail as StoredAnswerCall['rest'];
  return { dialect: openaiResponses, id, rest, methods: methods[rest], forwardedQuery: queries[rest] };
}

/** Reranking, in the shapes of Cohere and of Jina, which most others took over. */
import type { JsonObject } from '../dialects/dialect.ts';
import { openaiLimitHeaders } from '../dialects/limit-headers.ts';
import { readCount } from '../llm/usage.ts';
import { estimateValue } from './estimates.ts';
import type { ModelOperation, Said, UsageReading } from './operation.ts';
import { isObject, lacks, reading, readPromptTokens } from './usage-readers.ts';
import { cohereVoice, jinaVoice } from './voices.ts';

const shared = {
  kind: 'model',
  id: 'rerank',
  method: 'POST',
  body: 'json',
  answer: 'json',
  soldBy: [['perSearch'], ['input']],
  exact: [],
  forwardedHeaders: [],
  forwardedQuery: [],
  limitHeaders: openaiLimitHeaders,
  expect,
  readUsage: readRerank,
  checkAnswer: lacks('results'),
} as const;

/** https://docs.cohere.com/reference/rerank */
export const cohereRerank: ModelOperation = {
  ...shared,
  wire: 'cohere-rerank',
  path: '/v2/rerank',
  voice: cohereVoice,
};

/** https://api.jina.ai/redoc#tag/rerank; Cohere's version 1 has the same path and the same fields. */
export const jinaRerank: ModelOperation = {
  ...shared,
  wire: 'jina-rerank',
  path: '/v1/rerank',
  aliases: ['/rerank'],
  voice: jinaVoice,
};

/** One search is a query with up to this many documents: https://docs.cohere.com/docs/how-does-cohere-pricing-work */
const documentsPerSearch = 100;

/** Each document is read together with the query. */
function expect(said: Said) {
  const documents = said.field('documents');
  const count = Array.isArray(documents) ? documents.length : 1;
  return {
    input: estimateValue(said.field('query')) * count + estimateValue(documents),
    searches: Math.max(1, Math.ceil(count / documentsPerSearch)),
  };
}

/** Units of search where Cohere counts them, else tokens. */
export function readRerank(body: JsonObject): UsageReading | undefined {
  const units = isObject(body.meta) ? body.meta.billed_units : undefined;
  if (!isObject(units)) return readPromptTokens(body);
  const flags: string[] = [];
  const searches = readCount(units.search_units, 'search_units', flags);
  const input = readCount(units.input_tokens, 'input_tokens', flags);
  return reading({ ...(searches !== undefined && { searches }), ...(input !== undefined && { input }) }, flags);
}

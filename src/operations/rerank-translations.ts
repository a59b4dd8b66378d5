/**
 * Reranking between its two shapes, which differ in little: Jina's has names for documents that the answer repeats and
 * counts tokens, Cohere's counts units of search.
 * https://docs.cohere.com/reference/rerank · https://api.jina.ai/redoc#tag/rerank
 */
import type { JsonObject } from '../dialects/dialect.ts';
import { invalidRequest, LlmFailure } from '../llm/error.ts';
import type { OperationTranslation } from './operation.ts';
import { readRerank } from './rerank.ts';
import { isObject } from './usage-readers.ts';

const shared = ['model', 'query', 'documents', 'top_n'];

/** Fields that both shapes have; of the others the caller hears, apart from those that the answer is made by here. */
function commonFields(
  body: JsonObject,
  model: string,
  madeHere: readonly string[],
  dropped: (field: string, why: string) => void,
): JsonObject {
  for (const name of Object.keys(body)) {
    if (!shared.includes(name) && !madeHere.includes(name))
      dropped(name, 'the other shape of reranking has no such field');
  }
  if (typeof body.query !== 'string') throw invalidRequest('query must be text', 'query');
  const documents = textsOf(body.documents);
  return { model, query: body.query, documents, ...(body.top_n !== undefined && { top_n: body.top_n }) };
}

function textsOf(documents: unknown): readonly string[] {
  if (!Array.isArray(documents) || documents.length === 0)
    throw invalidRequest('documents must be a non-empty array', 'documents');
  return documents.map((document: unknown, i) => {
    const text = isObject(document) ? document.text : document;
    if (typeof text === 'string') return text;
    throw invalidRequest(`documents[${i}] must be text: this model's provider ranks nothing else`, `documents[${i}]`);
  });
}

interface Ranked {
  readonly index: number;
  readonly relevance_score: number;
}

function resultsOf(body: JsonObject, documents: number): readonly Ranked[] {
  const list = Array.isArray(body.results) ? (body.results as unknown[]) : [];
  return list.map((entry) => {
    const { index, relevance_score: score } = isObject(entry) ? entry : {};
    if (typeof index === 'number' && index >= 0 && index < documents && typeof score === 'number')
      return { index, relevance_score: score };
    throw new LlmFailure({
      kind: 'upstream',
      message: "The provider's answer ranks what was not there.",
      code: 'upstream_answer',
    });
  });
}

export const jinaToCohere: OperationTranslation = {
  from: 'jina-rerank',
  to: 'cohere-rerank',
  request: (body, model, dropped) => commonFields(body, model, ['return_documents'], dropped),
  answer(body, asked, model) {
    const documents = textsOf(asked.documents);
    const results = resultsOf(body, documents.length).map((ranked) =>
      asked.return_documents === true ? { ...ranked, document: { text: documents[ranked.index] } } : ranked,
    );
    const searches = readRerank(body)?.usage.searches;
    return { model, object: 'list', results, ...(searches !== undefined && { usage: { search_units: searches } }) };
  },
  readUsage: readRerank,
};

export const cohereToJina: OperationTranslation = {
  from: 'cohere-rerank',
  to: 'jina-rerank',
  request: (body, model, dropped) => ({ ...commonFields(body, model, [], dropped), return_documents: false }),
  answer(body, asked) {
    const results = resultsOf(body, textsOf(asked.documents).length);
    const tokens = readRerank(body)?.usage.input;
    const billed = tokens === undefined ? {} : { billed_units: { input_tokens: tokens } };
    return {
      id: typeof body.id === 'string' ? body.id : null,
      results,
      meta: { api_version: { version: '2' }, ...billed },
    };
  },
  readUsage: readRerank,
};

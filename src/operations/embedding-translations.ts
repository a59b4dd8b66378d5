/**
 * Embeddings from one wire format to another. Vectors are numbers in all of them; OpenAI's also come as base64 of
 * little-endian 32-bit floats, which is made here when a provider has numbers.
 * https://platform.openai.com/docs/api-reference/embeddings · https://ai.google.dev/api/embeddings ·
 * https://docs.cohere.com/reference/embed
 */
import type { JsonObject } from '../dialects/dialect.ts';
import { invalidRequest, LlmFailure } from '../llm/error.ts';
import { readBilledTokens, readGeminiTokens } from './embeddings.ts';
import type { OperationTranslation } from './operation.ts';
import { isObject, readPromptTokens } from './usage-readers.ts';

type Dropped = (field: string, why: string) => void;
type Vector = readonly number[];

/** What every format says of a request. */
interface Asked {
  readonly texts: readonly string[];
  readonly dimensions: number | undefined;
}

const openaiFields = ['model', 'input', 'dimensions', 'encoding_format', 'user'];

function readOpenai(body: JsonObject, dropped: Dropped): Asked {
  for (const name of Object.keys(body)) {
    if (!openaiFields.includes(name)) dropped(name, 'the other wire format has no such field');
  }
  if (body.user !== undefined) dropped('user', 'the other wire format has no such field');
  const { input } = body;
  const texts = Array.isArray(input) ? (input as unknown[]) : [input];
  if (texts.length === 0 || !texts.every((text) => typeof text === 'string'))
    throw invalidRequest(
      'input must be text or a list of texts: token numbers of one vendor mean nothing to another',
      'input',
      'input_tokens_foreign',
    );
  return { texts: texts as string[], dimensions: readDimensions(body.dimensions, 'dimensions') };
}

function readDimensions(value: unknown, name: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= 65_536) return value;
  throw invalidRequest(`${name} must be a whole number from 1`, name);
}

/** OpenAI's answer, in the form that the caller asked for. */
function renderOpenai(vectors: readonly Vector[], asked: JsonObject, model: string, tokens: number): JsonObject {
  return {
    object: 'list',
    data: vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: asked.encoding_format === 'base64' ? toBase64(vector) : vector,
    })),
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

export function toBase64(vector: Vector): string {
  const bytes = Buffer.alloc(vector.length * 4);
  vector.forEach((value, i) => void bytes.writeFloatLE(value, i * 4));
  return bytes.toString('base64');
}

/** Numbers, or base64 of little-endian 32-bit floats. */
function readVector(value: unknown): Vector {
  if (typeof value === 'string') {
    const bytes = Buffer.from(value, 'base64');
    if (bytes.length === 0 || bytes.length % 4 !== 0) throw noVectors();
    return Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(i * 4));
  }
  if (Array.isArray(value) && value.every((item) => typeof item === 'number')) return value as Vector;
  throw noVectors();
}

function noVectors(): LlmFailure {
  return new LlmFailure({
    kind: 'upstream',
    message: "The provider's answer has no vectors that can be read.",
    code: 'upstream_answer',
  });
}

/** As many vectors as texts, or the caller would take one text's vector for another's. */
function counted(vectors: readonly Vector[], texts: number): readonly Vector[] {
  if (vectors.length === texts) return vectors;
  throw new LlmFailure({
    kind: 'upstream',
    message: `The provider answered ${vectors.length} vectors for ${texts} texts.`,
    code: 'upstream_answer',
  });
}

const countOf = (input: unknown): number => (Array.isArray(input) ? input.length : 1);

export const openaiToGemini: OperationTranslation = {
  from: 'openai-embeddings',
  to: 'gemini-embeddings',
  request(body, model, dropped) {
    const { texts, dimensions } = readOpenai(body, dropped);
    return {
      requests: texts.map((text) => ({
        model: `models/${model}`,
        content: { parts: [{ text }] },
        ...(dimensions !== undefined && { outputDimensionality: dimensions }),
      })),
    };
  },
  answer(body, asked, model) {
    const vectors = counted(readGeminiVectors(body), countOf(asked.input));
    return renderOpenai(vectors, asked, model, readGeminiTokens(body)?.usage.input ?? 0);
  },
  readUsage: readGeminiTokens,
};

export const openaiToCohere: OperationTranslation = {
  from: 'openai-embeddings',
  to: 'cohere-embeddings',
  request(body, model, dropped) {
    const { texts, dimensions } = readOpenai(body, dropped);
    return {
      model,
      texts,
      // The caller cannot say what it embeds for, and the field is required.
      input_type: 'search_document',
      embedding_types: ['float'],
      ...(dimensions !== undefined && { output_dimension: dimensions }),
    };
  },
  answer(body, asked, model) {
    const floats = isObject(body.embeddings) ? body.embeddings.float : body.embeddings;
    if (!Array.isArray(floats)) throw noVectors();
    const vectors = counted(floats.map(readVector), countOf(asked.input));
    return renderOpenai(vectors, asked, model, readBilledTokens(body)?.usage.input ?? 0);
  },
  readUsage: readBilledTokens,
};

function readGeminiVectors(body: JsonObject): readonly Vector[] {
  const list = Array.isArray(body.embeddings) ? (body.embeddings as unknown[]) : [body.embedding];
  return list.map((item) => readVector(isObject(item) ? item.values : undefined));
}

/** One content of Gemini's request as text. Throws LlmFailure for what no other format can embed. */
function textOf(content: unknown, at: string): string {
  const parts = isObject(content) && Array.isArray(content.parts) ? (content.parts as unknown[]) : [];
  const texts = parts.map((part) => (isObject(part) ? part.text : undefined));
  if (texts.length > 0 && texts.every((text) => typeof text === 'string')) return texts.join('\n');
  throw invalidRequest(`${at}.parts must be text: this model's provider embeds nothing else`, `${at}.parts`);
}

/** Hints of Gemini that say what the vectors are for. */
const geminiHints = ['taskType', 'title', 'task_type'];

function readGemini(
  request: JsonObject,
  at: string,
  dropped: Dropped,
): { text: string; dimensions: number | undefined } {
  for (const hint of geminiHints) {
    if (request[hint] !== undefined) dropped(`${at}${hint}`, 'the other wire format has no such field');
  }
  const dimensions = request.outputDimensionality ?? request.output_dimensionality;
  return {
    text: textOf(request.content, `${at}content`),
    dimensions: readDimensions(dimensions, `${at}outputDimensionality`),
  };
}

function renderFromGemini(model: string, texts: readonly string[], dimensions: number | undefined): JsonObject {
  return { model, input: texts, encoding_format: 'float', ...(dimensions !== undefined && { dimensions }) };
}

export const geminiToOpenai: OperationTranslation = {
  from: 'gemini-embeddings',
  to: 'openai-embeddings',
  request(body, model, dropped) {
    const requests = Array.isArray(body.requests) ? (body.requests as unknown[]).filter(isObject) : [];
    if (requests.length === 0) throw invalidRequest('requests must be a non-empty array', 'requests');
    const read = requests.map((request, i) => readGemini(request, `requests[${i}].`, dropped));
    const sizes = new Set(read.map(({ dimensions }) => dimensions));
    if (sizes.size > 1)
      throw invalidRequest('outputDimensionality must be the same in all requests', 'requests[].outputDimensionality');
    return renderFromGemini(
      model,
      read.map(({ text }) => text),
      read[0]?.dimensions,
    );
  },
  answer(body, asked) {
    const vectors = counted(readOpenaiVectors(body), countOf(asked.requests));
    return { embeddings: vectors.map((values) => ({ values })), ...usageMetadata(body) };
  },
  readUsage: readPromptTokens,
};

export const geminiOneToOpenai: OperationTranslation = {
  from: 'gemini-embed-content',
  to: 'openai-embeddings',
  request(body, model, dropped) {
    const { text, dimensions } = readGemini(body, '', dropped);
    return renderFromGemini(model, [text], dimensions);
  },
  answer(body) {
    const [values] = counted(readOpenaiVectors(body), 1);
    return { embedding: { values }, ...usageMetadata(body) };
  },
  readUsage: readPromptTokens,
};

/** In the order of `index`, which is the order of the texts. */
function readOpenaiVectors(body: JsonObject): readonly Vector[] {
  const data = Array.isArray(body.data) ? (body.data as unknown[]).filter(isObject) : [];
  const order = (item: JsonObject) => (typeof item.index === 'number' ? item.index : 0);
  return data.toSorted((a, b) => order(a) - order(b)).map((item) => readVector(item.embedding));
}

function usageMetadata(body: JsonObject): JsonObject {
  const tokens = readPromptTokens(body)?.usage.input;
  return tokens === undefined ? {} : { usageMetadata: { promptTokenCount: tokens } };
}

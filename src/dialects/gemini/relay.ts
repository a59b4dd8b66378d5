/**
 * A body on its way to a provider of the same dialect: bytes through, but for seals that only another provider could
 * open. Usage comes without asking. https://ai.google.dev/api/generate-content
 */
import { type JsonEdit, type JsonScan, parseJson, readField, stringifyJson } from '../../lib/json.ts';
import { invalidRequest } from '../../llm/error.ts';
import { unpackSeal } from '../../llm/seal.ts';
import { tokensAskedMax } from '../relay-checks.ts';
import { isObject } from '../wire-object.ts';
import { dialectId, rawKeys, withRaw } from './wire.ts';

export function relayGemini(scan: JsonScan): { edits: JsonEdit[]; withholdUsage: boolean } {
  if (scan.fields.some(({ name }) => name === 'messages')) {
    const rule = 'belongs to another API and this endpoint takes generateContent requests: use contents';
    throw invalidRequest(`messages ${rule}`, 'messages');
  }
  // Counting tokens takes a whole request in an envelope, too.
  const envelope = scan.fields.find(({ name }) => /^generate(ContentRequest|_content_request)$/.test(name));
  if (envelope === undefined) checkContents(scan);
  checkLimit(scan);
  return { edits: withoutForeignSeals(scan), withholdUsage: false };
}

function checkContents(scan: JsonScan): void {
  const contents = scan.fields.find(({ name }) => name === 'contents');
  const start = contents && scan.body.toString('latin1', contents.valueStart, contents.valueStart + 64);
  if (start === undefined || !/^[[{]/.test(start) || /^\[\s*\]/.test(start))
    throw invalidRequest('contents is required: a non-empty list of contents with their parts', 'contents');
}

/** A limit that no provider could mean is refused here, so that it can never poison a usage row. */
function checkLimit(scan: JsonScan): void {
  const config = readField(scan, 'generationConfig') ?? readField(scan, 'generation_config');
  if (!isObject(config)) return;
  const value = config.maxOutputTokens ?? config.max_output_tokens;
  if (value === undefined || value === null) return;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > tokensAskedMax) {
    const param = 'generationConfig.maxOutputTokens';
    throw invalidRequest(`${param} must be an integer from 1 to ${tokensAskedMax}`, param);
  }
}

/** A seal of another dialect begins so, in base64. */
const trace = /"thought(?:Signature|_signature)"\s*:\s*"dGc[xy]L/;

/** A conversation that went on elsewhere brings seals of that place; they would be refused. */
function withoutForeignSeals(scan: JsonScan): JsonEdit[] {
  const field = scan.fields.find(({ name }) => name === 'contents');
  if (field === undefined || !scan.body.includes('"dGc')) return [];
  const text = textOf(scan, field);
  if (!trace.test(text)) return [];
  const { contents } = parseJson(Buffer.from(`{"contents":${text}}`), rawKeys);
  if (!Array.isArray(contents)) return [];
  const kept = contents.map(withoutForeign).filter((content) => !isObject(content) || !isEmpty(content.parts));
  return [{ name: 'contents', value: stringifyJson(withRaw(kept)) }];
}

function textOf({ body }: JsonScan, { valueStart, valueEnd }: JsonScan['fields'][number]): string {
  return body.toString('utf8', valueStart, valueEnd);
}

function isEmpty(parts: unknown): boolean {
  return Array.isArray(parts) && parts.length === 0;
}

function withoutForeign(content: unknown): unknown {
  if (!isObject(content) || !Array.isArray(content.parts)) return content;
  return { ...content, parts: content.parts.flatMap(ownPart) };
}

/** Thinking goes with its seal; any other part is left without it. */
function ownPart(part: unknown): unknown[] {
  if (!isObject(part)) return [part];
  const { thoughtSignature, thought_signature, ...rest } = part;
  const seal = thoughtSignature ?? thought_signature;
  if (typeof seal !== 'string' || unpackSeal(seal, dialectId).dialect === dialectId) return [part];
  return part.thought === true ? [] : [rest];
}

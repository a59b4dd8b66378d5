/**
 * A Responses body on its way to a provider of the same dialect: bytes through, but for reasoning that nobody
 * sealed. One that holds what another provider sealed does not come here: it is parsed and rendered anew.
 * Usage comes without asking.
 */
import { type JsonEdit, type JsonScan, parseJson, stringifyJson } from '../../lib/json.ts';
import { invalidRequest } from '../../llm/error.ts';
import { isFields } from '../openai-chat/shape.ts';
import { checkTokenLimit } from '../relay-checks.ts';
import { isUnsealed } from './sealed.ts';
import { rawKeys, textOf, withRaw } from './wire.ts';

export function relayResponses(scan: JsonScan): { edits: JsonEdit[]; withholdUsage: boolean } {
  const foreign = scan.fields.find(
    ({ name }) => name === 'messages' || name === 'max_tokens' || name === 'max_completion_tokens',
  );
  if (foreign !== undefined) {
    throw invalidRequest(
      `${foreign.name} belongs to Chat Completions and this is the Responses API: use input and max_output_tokens, or call /v1/chat/completions`,
      foreign.name,
    );
  }
  checkTokenLimit(scan, 'max_output_tokens');
  return { edits: withoutUnsealed(scan), withholdUsage: false };
}

/** Stands in every body that has reasoning; inside a text its quotes would be escaped. */
const trace = Buffer.from('"reasoning"');

/** Bodies without it are not touched and hardly looked at. */
function withoutUnsealed(scan: JsonScan): JsonEdit[] {
  const field = scan.fields.find(({ name }) => name === 'input');
  if (field === undefined || !scan.body.includes(trace)) return [];
  const text = scan.body.subarray(field.valueStart, field.valueEnd);
  const { input } = parseJson(Buffer.concat([Buffer.from('{"input":'), text, Buffer.from('}')]), rawKeys);
  if (!Array.isArray(input)) return [];
  const kept = input.filter((item) => !isForeign(item));
  if (kept.length === input.length) return [];
  return [{ name: 'input', value: stringifyJson(withRaw(kept)) }];
}

/** Never sealed, and made here out of another's answer: nobody would take it. */
function isForeign(item: unknown): boolean {
  if (!isFields(item) || item.type !== 'reasoning') return false;
  return textOf(item.encrypted_content) === '' && isUnsealed(item);
}

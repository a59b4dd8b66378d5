/**
 * A body on its way to a provider of the same dialect: bytes through. One that holds what another provider sealed does
 * not come here: it is parsed and rendered anew. Usage comes without asking. https://ai.google.dev/api/generate-content
 */
import { type JsonScan, readField } from '../../lib/json.ts';
import { invalidRequest } from '../../llm/error.ts';
import type { RelayPlan } from '../door.ts';
import { tokensAskedMax } from '../relay-checks.ts';
import { isObject } from '../wire-object.ts';

export function relayGemini(scan: JsonScan): RelayPlan {
  if (scan.fields.some(({ name }) => name === 'messages')) {
    const rule = 'belongs to another API and this endpoint takes generateContent requests: use contents';
    throw invalidRequest(`messages ${rule}`, 'messages');
  }
  // Counting tokens takes a whole request in an envelope, too.
  const envelope = scan.fields.find(({ name }) => /^generate(ContentRequest|_content_request)$/.test(name));
  if (envelope === undefined) checkContents(scan);
  checkLimit(scan);
  return { edits: [], withholdUsage: false };
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

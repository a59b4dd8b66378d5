/**
 * A Responses body on its way to a provider of the same dialect: bytes through. One that holds reasoning which
 * it would refuse does not come here: it is parsed and rendered anew. Usage comes without asking.
 */
import type { JsonEdit, JsonScan } from '../../lib/json.ts';
import { invalidRequest } from '../../llm/error.ts';
import { checkTokenLimit } from '../relay-checks.ts';

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
  return { edits: [], withholdUsage: false };
}

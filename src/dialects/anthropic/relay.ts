/**
 * A Messages body on its way to a provider of the same dialect: bytes through. One that holds thinking which
 * it would refuse does not come here: it is parsed and rendered anew. Usage comes without asking.
 * https://docs.anthropic.com/en/api/messages
 */
import type { JsonEdit, JsonScan } from '../../lib/json.ts';
import { invalidRequest } from '../../llm/error.ts';
import { checkMessages, checkTokenLimit } from '../relay-checks.ts';

export function relayAnthropic(scan: JsonScan): { edits: JsonEdit[]; withholdUsage: boolean } {
  const foreign = scan.fields.find(
    (field) => field.name === 'max_completion_tokens' || field.name === 'response_format',
  );
  if (foreign !== undefined) {
    throw invalidRequest(
      `${foreign.name} belongs to OpenAI's chat format and this is the Messages format: call /v1/chat/completions, or use max_tokens and output_config`,
      foreign.name,
    );
  }
  checkMessages(scan);
  // 0 fills the prompt cache and answers nothing.
  checkTokenLimit(scan, 'max_tokens', 0);
  return { edits: [], withholdUsage: false };
}

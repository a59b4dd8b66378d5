/** What a relay looks at in a body of any dialect before it lets it through: cheap, and never more than it must. */
import { type JsonScan, readField } from '../lib/json.ts';
import { invalidRequest } from '../llm/error.ts';

/** The list must be there and not be empty; its contents are the provider's to judge. Throws LlmFailure. */
export function checkMessages(scan: JsonScan): void {
  const field = scan.fields.find((candidate) => candidate.name === 'messages');
  if (field === undefined) throw invalidRequest('messages is required: a non-empty array of messages', 'messages');
  const start = scan.body.toString('latin1', field.valueStart, Math.min(field.valueStart + 64, field.valueEnd));
  if (!start.startsWith('[') || /^\[\s*\]/.test(start)) {
    throw invalidRequest('messages must be a non-empty array of messages', 'messages');
  }
}

export const tokensAskedMax = 1_000_000_000;

/** A limit that no provider could mean is refused here, so that it can never poison a usage row. Throws LlmFailure. */
export function checkTokenLimit(scan: JsonScan, name: string, least = 1): void {
  const value = readField(scan, name);
  if (value === undefined || value === null) return;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > tokensAskedMax) {
    throw invalidRequest(`${name} must be an integer from ${least} to ${tokensAskedMax}`, name);
  }
}

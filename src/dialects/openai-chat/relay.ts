/**
 * A chat body on its way to a provider of the same dialect: bytes through, and usage always asked for.
 * https://platform.openai.com/docs/api-reference/chat/create (`stream_options.include_usage`)
 */
import { type JsonEdit, type JsonScan, readField } from '../../lib/json.ts';
import { checkMessages, checkTokenLimit } from '../relay-checks.ts';

export function relayOpenaiChat(scan: JsonScan, stream: boolean): { edits: JsonEdit[]; withholdUsage: boolean } {
  checkMessages(scan);
  checkTokenLimit(scan, 'max_tokens');
  checkTokenLimit(scan, 'max_completion_tokens');
  if (!stream) return { edits: [], withholdUsage: false };
  const asked = readField(scan, 'stream_options');
  if (typeof asked !== 'object' || asked === null || Array.isArray(asked)) {
    return { edits: [{ name: 'stream_options', value: '{"include_usage":true}' }], withholdUsage: true };
  }
  if ('include_usage' in asked && asked.include_usage === true) return { edits: [], withholdUsage: false };
  const value = JSON.stringify({ ...asked, include_usage: true });
  return { edits: [{ name: 'stream_options', value }], withholdUsage: true };
}

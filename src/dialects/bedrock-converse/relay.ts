/**
 * A Converse body on its way to a provider of the same dialect: bytes through. One that holds what another provider
 * sealed does not come here: it is parsed and rendered anew. Usage comes without asking.
 */
import { type JsonScan, readField } from '../../lib/json.ts';
import { invalidRequest } from '../../llm/error.ts';
import type { RelayPlan } from '../door.ts';
import { checkMessages, tokensAskedMax } from '../relay-checks.ts';
import { isObject } from '../wire-object.ts';

export function relayConverse(scan: JsonScan): RelayPlan {
  checkMessages(scan);
  checkMaxTokens(scan);
  return { edits: [], withholdUsage: false };
}

/** A limit that no provider could mean must never reach a usage row. */
function checkMaxTokens(scan: JsonScan): void {
  const config = readField(scan, 'inferenceConfig');
  const value = isObject(config) ? config.maxTokens : undefined;
  if (value === undefined || value === null) return;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= tokensAskedMax) return;
  const at = 'inferenceConfig.maxTokens';
  throw invalidRequest(`${at} must be an integer from 1 to ${tokensAskedMax}`, at);
}

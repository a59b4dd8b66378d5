/** The log's line for one request. Never a prompt, never a secret. */
import type { SettlementRecord } from '../../journal/record.ts';
import type { Visit } from '../exchange.ts';
import type { GatewayParts } from '../parts.ts';

export function logOperation(
  visit: Visit,
  record: SettlementRecord,
  why: string | undefined,
  { log }: GatewayParts,
): void {
  const fields = {
    requestId: visit.id,
    key: visit.key.id,
    operation: record.operation,
    model: record.requestedModel,
    target: record.servedModel,
    status: record.httpStatus,
    attempts: visit.attempts.length,
    dropped: record.dropped,
    decision: record.decision,
  };
  if (record.status !== 'failed') return log.debug(fields, `request ${record.status}`);
  const level = record.errorKind === 'upstream-credential' || record.errorKind === 'internal' ? 'error' : 'warn';
  log[level]({ ...fields, kind: record.errorKind, why: why?.slice(0, 256) }, 'request failed');
}

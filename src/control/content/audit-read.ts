/** Whoever reads what people said to models leaves a line in the audit log. */
import type { Store } from '../../store/store.ts';
import type { ApiRequest } from '../api/route.ts';
import { recordAudit } from '../audit/records.ts';

/** Before anything is given out: what cannot be told of is not read. */
export function auditRead(
  db: Store['db'],
  { caller, exchange, requestId }: Pick<ApiRequest, 'caller' | 'exchange' | 'requestId'>,
  read: {
    readonly action: string;
    readonly organizationId: string;
    readonly resource: { readonly kind: string; readonly id: string };
  },
  nowMs: number,
): Promise<void> {
  const { socket, headers } = exchange.request;
  const event = { ...read, actor: caller.actor, role: caller.role, requestId };
  return recordAudit(db, { ...event, ip: socket.remoteAddress, userAgent: headers['user-agent'] }, nowMs);
}

/** Looks once at all thresholds, and raises an alert for each crossing that was not told yet. */
import type { Log } from '../../lib/log.ts';
import {
  anomalyCrossings,
  budgetCrossings,
  type Crossing,
  fire,
  followSpend,
  houseCrossings,
  lockAlerts,
  lowBalanceCrossings,
  paymentAlerts,
} from './queries.ts';
import { type AlertParts, raiseAlert } from './records.ts';

const kinds = ['budget', 'low-balance', 'anomaly', 'house-overrun', 'ledger-drift'];

/** How many were raised. In one transaction: an alert is told with its crossing, or neither is. */
export function evaluateAlerts(parts: AlertParts & { readonly log: Log }): Promise<number> {
  return parts.store.db.transaction().execute(async (db) => {
    await followSpend(db, await lockAlerts(db));
    const crossings = [
      ...(await budgetCrossings(db)),
      ...(await lowBalanceCrossings(db)),
      ...(await anomalyCrossings(db)),
      ...(await houseCrossings(db)),
    ];
    const alerts = [...highest(await fire(db, kinds, crossings)), ...(await paymentAlerts(db))];
    for (const alert of alerts) {
      await raiseAlert(parts, db, alert);
      parts.log.warn({ organizationId: alert.organizationId, kind: alert.kind, subject: alert.subject }, 'an alert');
    }
    return alerts.length;
  });
}

function highest(crossings: readonly Crossing[]): readonly Crossing[] {
  const told = new Map<string, Crossing>();
  for (const crossing of crossings) {
    const key = `${crossing.kind}:${crossing.family}`;
    const other = told.get(key);
    if (other === undefined || other.height < crossing.height) told.set(key, crossing);
  }
  return [...told.values()];
}

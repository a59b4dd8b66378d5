/**
 * What would become of a chat by a route that may not exist yet, without asking anybody: the same steps and the same
 * decision as a call's and a quote's. For whoever edits routes; no key, no limits, no row.
 */
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { type Key, type Organization, type Route, viewFor } from '../../snapshot/snapshot.ts';
import { Delivery } from '../edge/delivery.ts';
import { Exchange } from '../exchange.ts';
import type { GatewayParts } from '../parts.ts';
import { findAsked } from '../route.ts';
import { takeWishes } from '../routing/wishes.ts';
import { type Quote, quoteFor, readQuoted } from './quote.ts';

export interface SimulationAsk {
  /** JSON, as a caller would send it. */
  readonly body: Buffer;
  /** Absent: by its own shape. */
  readonly dialect?: string | undefined;
  /** Absent: as its model's name says. */
  readonly route?: Route | undefined;
  readonly organization: Organization;
  /** The caller's headers that routing reads, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly requestId: string;
}

/** Rejects with LlmFailure for what is no request of this dialect, or names no model. */
export async function simulate(ask: SimulationAsk, parts: GatewayParts): Promise<Quote> {
  const { organization, requestId, dialect, headers } = ask;
  const { current } = parts.snapshot;
  const startedAt = parts.clock.monotonicMs();
  const request = new IncomingMessage(new Socket());
  Object.assign(request.headers, headers);
  request.url = dialect === undefined ? '/v1/route' : `/v1/route?dialect=${encodeURIComponent(dialect)}`;
  const { door, ask: read } = readQuoted(ask.body, request);
  const response = new ServerResponse(request);
  const delivery = new Delivery(response, door.dialect, requestId, startedAt, parts.settings.clientStallMs);
  const key: Key = { id: 'simulation', name: 'simulation', kind: 'call', organization };
  const times = { startedAtMs: parts.clock.nowMs(), startedAt };
  const facts = { ...times, id: requestId, request, delivery, key, snapshotVersion: current.version };
  const exchange = new Exchange({ ...facts, door, ask: read });
  const snapshot = viewFor(current, key);
  const wished = takeWishes(exchange, snapshot);
  const found = ask.route ? { route: ask.route, preferences: wished } : findAsked(snapshot, key, read.model, wished);
  exchange.preferences = found.preferences;
  return quoteFor(exchange, found.route, parts, { mayBeNobody: true });
}

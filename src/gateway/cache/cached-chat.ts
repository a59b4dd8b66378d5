/** Chats, as the cache sees them. */
import { readForReport } from '../../dialects/door.ts';
import type { JsonScan } from '../../lib/json.ts';
import type { Route } from '../../snapshot/snapshot.ts';
import type { Exchange } from '../exchange.ts';
import { intentRecord } from '../metering/meter.ts';
import type { GatewayParts } from '../parts.ts';
import { cacheUseOf, runCached } from './cached.ts';
import { questionHash } from './question.ts';
import { readAnswer } from './whole-answer.ts';

/** `run` is what the request does without a cache. Throws or rejects with LlmFailure, and with whatever `run` throws. */
export function cachedChat(
  exchange: Exchange,
  route: Route,
  parts: GatewayParts,
  run: () => Promise<void>,
): Promise<void> {
  const { ask, door, key, request } = exchange;
  const found = cacheUseOf(exchange, route, parts);
  if (found === undefined || door.operation !== 'chat' || door.special !== undefined || hasState(ask.scan))
    return run();
  const { cache, use } = found;
  const hash = questionHash(key.organization.id, {
    wire: door.dialect.id,
    operation: door.operation,
    model: ask.model,
    stream: ask.stream,
    route,
    key,
    preferences: exchange.preferences,
    url: request.url ?? '',
    headers: request.headers,
    forwardedHeaders: door.forwardedHeaders,
    body: ask.scan.body,
    orderedKeys: door.dialect.rawKeys,
  });
  const subject = {
    visit: exchange,
    route,
    hash,
    use,
    intent: () => intentRecord(exchange, parts.instance),
    isWhole(pieces: readonly Buffer[], streamed: boolean) {
      const { id, whole } = readAnswer(exchange.dialect, streamed, pieces);
      return whole && !isKept(id, parts);
    },
  };
  return runCached(subject, cache, parts, run);
}

/** Goes on from what a provider keeps, or is read later, or works in a place that the last request has left. */
const stateFields = ['previous_response_id', 'conversation', 'container', 'cachedContent'];

function hasState(scan: JsonScan): boolean {
  const said = (name: string) => readForReport(scan, name) ?? undefined;
  return stateFields.some((name) => said(name) !== undefined) || said('background') === true;
}

/** The provider keeps it under this id, where whoever got it may delete it or go on from it. */
function isKept(id: string | undefined, parts: GatewayParts): boolean {
  return id !== undefined && parts.stored.find(id, parts.clock.monotonicMs()) !== undefined;
}

/** Operations that are asked and answered in one piece of JSON, as the cache sees them. */
import type { IntentRecord } from '../../journal/record.ts';
import type { OperationId } from '../../llm/operation.ts';
import type { Route } from '../../snapshot/snapshot.ts';
import type { OperationCall } from '../operations/operation-call.ts';
import type { GatewayParts } from '../parts.ts';
import { cacheUseOf, runCached } from './cached.ts';
import { questionHash } from './question.ts';

/** Those whose answers are the same each time, and small. */
const kept: ReadonlySet<OperationId> = new Set(['embeddings', 'moderations', 'rerank']);

interface Known {
  /** That its key may call. */
  readonly route: Route;
  intent(): IntentRecord;
}

/** `run` is what the request does without a cache. Throws or rejects with LlmFailure, and with whatever `run` throws. */
export function cachedOperation(
  call: OperationCall,
  { route, intent }: Known,
  parts: GatewayParts,
  run: () => Promise<void>,
): Promise<void> {
  const { ask, operation, key, request } = call;
  if (!kept.has(operation.id) || ask.json === undefined || ask.stream) return run();
  const found = cacheUseOf(call, route, parts);
  if (found === undefined) return run();
  const { cache, use } = found;
  const hash = questionHash(key.organization.id, {
    wire: operation.wire,
    operation: operation.id,
    model: ask.model,
    stream: false,
    route,
    key,
    preferences: call.preferences,
    url: request.url ?? '',
    headers: request.headers,
    forwardedHeaders: operation.forwardedHeaders,
    body: ask.json.scan.body,
    orderedKeys: [],
  });
  // Its reader has checked the answer before it was sent.
  const subject = { visit: call, route, hash, use, intent, isWhole: () => true };
  return runCached(subject, cache, parts, run);
}

/**
 * How many tokens a prompt has. A provider that counts in the caller's dialect is asked; for every other target our own
 * estimate answers, so that a client which insists on counting works with any model. Free, and a usage row all the same.
 */
import type { JsonObject } from '../dialects/dialect.ts';
import { LlmFailure } from '../llm/error.ts';
import { hideSecret, redact } from '../llm/redact.ts';
import { endpointFor, pathFor } from '../providers/provider.ts';
import type { Target } from '../snapshot/snapshot.ts';
import { callOf } from './call.ts';
import { ownHeaders, upstreamHeaders, upstreamQuery, withQuery } from './edge/headers.ts';
import type { Exchange } from './exchange.ts';
import { estimateRequest } from './metering/input-estimate.ts';
import type { Ending } from './metering/meter.ts';
import type { GatewayParts } from './parts.ts';
import { relayBody } from './relay.ts';
import { parseAsk } from './translate.ts';
import { wholeBody } from './upstream/sent-body.ts';
import { withSignature } from './upstream/signers.ts';

const answerBytesMax = 64 * 1024;
const waitMs = 30_000;

/** Throws LlmFailure when the body is wrong or the provider says that it is. */
export async function countTokens(
  exchange: Exchange,
  targets: readonly Target[],
  parts: GatewayParts,
): Promise<Ending> {
  const target = targets[0];
  const counted = target === undefined ? undefined : await askProvider(exchange, target, parts);
  if (exchange.delivery.gone) return { status: 'cancelled', billable: false };
  const headers = {
    ...ownHeaders(exchange, target?.model.id),
    ...(counted === undefined ? { 'x-tollgate-estimated': 'true' } : {}),
  };
  exchange.delivery.send(200, headers, counted ?? estimated(exchange));
  return { status: 'completed', billable: false };
}

function estimated(exchange: Exchange): string {
  const inputTokens = estimateRequest(parseAsk(exchange));
  return JSON.stringify(exchange.door.tokenCount?.render(inputTokens) ?? {});
}

/** The provider's answer as it came; undefined when there is no count in it, and ours must do. */
async function askProvider(exchange: Exchange, target: Target, parts: GatewayParts): Promise<string | undefined> {
  const endpoint = endpointFor(target.credential.provider, exchange.dialect.id, target.model.target.name);
  if (endpoint?.countTokensPath === undefined) return undefined;
  // It would refuse to count what another provider sealed.
  if (parts.seals.mustSettle(exchange, target.credential, exchange.dialect)) return undefined;
  const call = callOf(target, false);
  const body = wholeBody(relayBody(exchange, target, endpoint).body);
  const upstream = parts.upstreams.of(target);
  const gone = new AbortController();
  exchange.delivery.onGone(() => gone.abort());
  try {
    const path = withQuery(upstream.prefix + pathFor(endpoint.countTokensPath, call), upstreamQuery(exchange, true));
    const headers = upstreamHeaders(exchange, target, endpoint.headers ?? {}, exchange.id, true);
    const answer = await upstream.pool.request({
      path,
      method: 'POST',
      headers: await withSignature({ method: 'POST', url: upstream.origin + path, headers, body }, target.credential),
      body,
      signal: gone.signal,
      headersTimeout: waitMs,
      bodyTimeout: waitMs,
    });
    const text = hideSecret(await boundedText(answer.body), target.credential);
    if (answer.statusCode === 200) return hasCount(exchange, text) ? text : undefined;
    if (isCallersFault(answer.statusCode)) throw callersFault(exchange, answer.statusCode, answer.headers, text);
  } catch (error) {
    if (error instanceof LlmFailure) throw error;
    if (gone.signal.aborted) return undefined;
    parts.log.warn(
      { error, requestId: exchange.id, target: target.model.id },
      'a provider did not count tokens; estimated',
    );
  }
  return undefined;
}

function hasCount({ door }: Exchange, text: string): boolean {
  return door.tokenCount?.read(JSON.parse(text) as JsonObject) !== undefined;
}

async function boundedText(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > answerBytesMax) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function isCallersFault(status: number): boolean {
  return status === 400 || status === 413 || status === 422;
}

function callersFault(
  exchange: Exchange,
  status: number,
  headers: Record<string, string | string[] | undefined>,
  text: string,
): LlmFailure {
  const error = exchange.dialect.parseError(status, headers, text);
  return new LlmFailure({ ...error, message: redact(error.message).slice(0, 2048) });
}

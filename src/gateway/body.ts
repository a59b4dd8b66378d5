/** The request's body, under limits that count bytes read, and the little that routing must know of it. */
import type { IncomingMessage } from 'node:http';
import type { PathAsked } from '../dialects/door.ts';
import { GatheredBytes } from '../lib/gathered-bytes.ts';
import { JsonRefused, type JsonScan, readField, scanJson } from '../lib/json.ts';
import { invalidRequest, LlmFailure } from '../llm/error.ts';
import type { GatewaySettings } from './settings.ts';

/** The body as far as every step needs to know it. */
export interface Ask {
  readonly scan: JsonScan;
  readonly model: string;
  readonly stream: boolean;
  /** Model and stream stand in the body, not in the path. */
  readonly inBody: boolean;
  readonly inputTokensEstimate: number;
}

/** Reads the whole body. Rejects with LlmFailure: body-too-large, request-timeout, or an aborted request. */
export function receiveBody(request: IncomingMessage, settings: GatewaySettings): Promise<Buffer> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > settings.bodyBytesMax) return Promise.reject(tooLarge(settings));
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    return Promise.reject(
      invalidRequest(
        `Request bodies must not be compressed (content-encoding: ${encoding.slice(0, 32)}). Send plain JSON.`,
      ),
    );
  }
  return new Promise((resolve, reject) => {
    const gathered = new GatheredBytes(declared);
    const idle = setTimeout(() => finish(silent(settings)), settings.bodyIdleMs);
    // A byte now and then is not silence, and would hold the connection for weeks.
    const whole = setTimeout(() => finish(slow(settings)), settings.bodyTimeoutMs);
    const finish = (failure?: LlmFailure): void => {
      clearTimeout(idle);
      clearTimeout(whole);
      request.off('data', onData).off('end', onEnd).off('error', onAbort).off('close', onAbort);
      request.on('error', () => {});
      if (failure === undefined) resolve(gathered.whole());
      else reject(failure);
    };
    const onData = (chunk: Buffer): void => {
      if (gathered.length + chunk.length > settings.bodyBytesMax) return finish(tooLarge(settings));
      gathered.add(chunk);
      idle.refresh();
    };
    const onEnd = (): void => finish();
    const onAbort = (): void => finish(invalidRequest('The request ended before its body was complete.'));
    request.on('data', onData).on('end', onEnd).on('error', onAbort).on('close', onAbort);
  });
}

const discardMs = 5000;

/**
 * Reads on after a refusal and keeps nothing, so that a caller which is still sending gets to read its answer instead
 * of a reset. What is longer than twice the limit, or slow, is cut.
 */
export function discardBody(request: IncomingMessage, bodyBytesMax: number): void {
  let bytes = 0;
  const cut = setTimeout(() => request.destroy(), discardMs);
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > 2 * bodyBytesMax) request.destroy();
  });
  request.once('close', () => clearTimeout(cut));
  request.once('end', () => clearTimeout(cut));
  request.resume();
}

/** What of a door a body is read by. */
export interface AskDoor {
  readonly dialect: { readonly rawKeys: readonly string[] };
  readonly modelInBody?: true;
  readonly modelDefault?: string;
}

/** Scans the body and reads the model and stream fields, where the path does not say them. Throws LlmFailure (invalid-request). */
export function readAsk(body: Buffer, { door, asked }: { door: AskDoor; asked?: PathAsked }): Ask {
  try {
    const scan = scanJson(body, door.dialect.rawKeys);
    const named = asked === undefined ? readField(scan, 'model') : asked.model;
    const model = checkModel(named ?? firstOfModels(scan) ?? door.modelDefault);
    const stream = asked?.stream ?? readStream(scan);
    return {
      scan,
      model,
      stream,
      inBody: asked?.stream === undefined || door.modelInBody === true,
      inputTokensEstimate: Math.ceil(body.length / 4),
    };
  } catch (error) {
    throw asRefusal(error);
  }
}

/** OpenRouter's callers may name several `models` and no `model`. */
function firstOfModels(scan: JsonScan): unknown {
  const models = readField(scan, 'models');
  return Array.isArray(models) ? models[0] : undefined;
}

/** A body that the byte tools refused, as the caller is told it; anything else is passed on. */
export function asRefusal(error: unknown): unknown {
  if (!(error instanceof JsonRefused)) return error;
  const message = `${error.message.charAt(0).toUpperCase()}${error.message.slice(1)}.`;
  return new LlmFailure({ kind: 'invalid-request', message, code: `json_${error.fault.replace('-', '_')}` });
}

const modelLengthMax = 256;
/** Some providers are asked with the name in their path, where such a part would lead elsewhere. */
const stepsOut = /(^|[/\\])\.{1,2}([/\\]|$)/;

export function checkModel(model: unknown): string {
  if (model === undefined)
    throw invalidRequest('model is required: a name such as `provider/name`; GET /v1/models lists them', 'model');
  if (typeof model !== 'string' || model.trim() === '')
    throw invalidRequest('model must be a non-empty string', 'model');
  if (model.length > modelLengthMax)
    throw invalidRequest(`model is ${model.length} characters long; the limit is ${modelLengthMax}`, 'model');
  if (stepsOut.test(model)) throw invalidRequest('model must not have a part that is "." or ".."', 'model');
  return model;
}

function readStream(scan: JsonScan): boolean {
  const stream = readField(scan, 'stream');
  if (stream === undefined || stream === null) return false;
  if (typeof stream !== 'boolean') throw invalidRequest('stream must be true or false', 'stream');
  return stream;
}

function tooLarge(settings: GatewaySettings): LlmFailure {
  return new LlmFailure({
    kind: 'body-too-large',
    message: `The request body is larger than the limit of ${settings.bodyBytesMax} bytes (server.limits.bodyBytesMax).`,
  });
}

function slow(settings: GatewaySettings): LlmFailure {
  return new LlmFailure({
    kind: 'request-timeout',
    message: `The request body did not arrive within ${settings.bodyTimeoutMs} ms (server.limits.bodyTimeoutMs).`,
  });
}

function silent(settings: GatewaySettings): LlmFailure {
  return new LlmFailure({
    kind: 'request-timeout',
    message: `No byte of the request body arrived for ${settings.bodyIdleMs} ms (server.limits.bodyIdleMs).`,
  });
}

/** When an attempt has waited too long, and what a dead connection means. */
import type { LlmError } from '../../llm/error.ts';
import { providerNameOf } from '../../snapshot/names.ts';
import type { Target } from '../../snapshot/snapshot.ts';

export interface AttemptTimes {
  readonly now: number;
  /** When the first provider was asked: what has failed since then is part of the caller's wait. */
  readonly askedAt: number;
  readonly startedAt: number;
  readonly lastDataAt: number;
  readonly shown: boolean;
  /** The caller asked for a stream: of a whole answer nothing is seen before its end. */
  readonly stream: boolean;
}

/** The limit that has passed, as the error that the caller is told; undefined while all is well. */
export function expired(target: Target, times: AttemptTimes): LlmError | undefined {
  const { firstTokenMs, wholeMs, idleMs, totalMs } = target.timeouts;
  if (times.now - times.askedAt > totalMs) return timeout('totalMs', totalMs, 'did not finish its answer');
  if (!times.stream && times.now - times.startedAt > wholeMs)
    return timeout('wholeMs', wholeMs, 'gave no whole answer');
  if (times.stream && !times.shown && times.now - times.startedAt > firstTokenMs)
    return timeout('firstTokenMs', firstTokenMs, 'gave no first token');
  if (times.shown && times.now - times.lastDataAt > idleMs)
    return timeout('idleMs', idleMs, 'fell silent in the middle of its answer');
  return undefined;
}

function timeout(name: string, limitMs: number, what: string): LlmError {
  return {
    kind: 'timeout',
    message: `The provider ${what} within ${limitMs} ms (timeouts.${name}).`,
    code: 'gateway_timeout',
  };
}

/** `connected`: there was a connection, and it died. undici's error codes: https://undici.nodejs.org/#/docs/api/Errors */
export function connectionError(error: Error, target: Target, connected: boolean): LlmError {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  const provider = providerNameOf(target.credential.id);
  if (code === 'UND_ERR_CONNECT_TIMEOUT') {
    return {
      kind: 'timeout',
      message: `No connection to ${provider} within ${target.timeouts.connectMs} ms (timeouts.connectMs).`,
      code: 'gateway_timeout',
      unreached: true,
      internal: code,
    };
  }
  return {
    kind: 'upstream',
    message: `The connection to ${provider} failed (${code.slice(0, 64)}).`,
    code: 'upstream_connection',
    ...(!connected && { unreached: true }),
    internal: error.message,
  };
}

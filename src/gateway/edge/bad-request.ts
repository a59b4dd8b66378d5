/** Requests that the HTTP parser refuses never reach a handler: they are answered here, by hand, in JSON. */

import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { dialectOfCaller } from '../../dialects/doors.ts';
import type { LlmError } from '../../llm/error.ts';
import type { GatewaySettings } from '../settings.ts';

export function answerBadRequest(
  error: NodeJS.ErrnoException & { rawPacket?: Buffer },
  socket: Duplex,
  settings: GatewaySettings,
  requestId: string,
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, told } = explain(error, settings);
  const dialect = dialectOfCaller(pathOf(error.rawPacket), {});
  const { body, headers = {} } = dialect.renderError(told, requestId);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  // The other side may never end its half, and the parser tells of a connection only once.
  const cut = setTimeout(() => socket.destroy(), lingerMs).unref();
  socket.once('close', () => clearTimeout(cut));
}

/** Cut at once, a caller that is still sending would get a reset instead of its answer. */
const lingerMs = 1000;

function explain(error: NodeJS.ErrnoException, settings: GatewaySettings): { status: number; told: LlmError } {
  if (error.code === 'HPE_HEADER_OVERFLOW') {
    return {
      status: 431,
      told: {
        kind: 'invalid-request',
        message: `The request headers are larger than ${settings.headerBytesMax} bytes (server.limits.headerBytesMax).`,
        code: 'headers_too_large',
      },
    };
  }
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return {
      status: 408,
      told: {
        kind: 'request-timeout',
        message: `The request headers did not arrive within ${settings.headersTimeoutMs} ms (server.limits.headersTimeoutMs).`,
      },
    };
  }
  return {
    status: 400,
    told: { kind: 'invalid-request', message: 'This is not a valid HTTP/1.1 request.', code: 'bad_http' },
  };
}

/** The path as far as the first line was read. */
function pathOf(packet: Buffer | undefined): string {
  return /^[A-Z]+ ([^\s?]{1,256})/.exec(packet?.toString('latin1', 0, 512) ?? '')?.[1] ?? '/';
}

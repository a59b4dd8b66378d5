/** A client on a bare socket: sends exactly these bytes, reads as fast or slowly as told, hangs up when told. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { until } from '../until.ts';

export interface RawAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Without chunk framing. */
  readonly body: Buffer;
  /** All bytes as they came. */
  readonly bytes: Buffer;
  /** The body ended as its framing promised. */
  readonly whole: boolean;
}

const waitMsMax = 20_000;

/** The bytes of one request, with a right `content-length` and `connection: close` unless given otherwise. */
export function rawRequestText(
  path: string,
  headers: Record<string, string>,
  body: string | Buffer,
  method = 'POST',
): Buffer {
  const all: Record<string, string> = {
    host: 'gateway',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`), Buffer.from(body)]);
}

/** Sends bytes, reads until the other side closes or one whole answer has come. */
export async function rawRequest(url: string, bytes: Buffer | string, timeoutMs = waitMsMax): Promise<RawAnswer> {
  const client = await RawClient.connect(url);
  client.send(bytes);
  try {
    await client.until((answer) => answer.whole || client.ended, 'an answer', timeoutMs);
    return client.answer;
  } finally {
    client.abort();
  }
}

export class RawClient {
  readonly socket: Socket;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  ended = false;

  static async connect(url: string): Promise<RawClient> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => {});
    socket.on('close', () => {
      this.ended = true;
    });
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#bytes += chunk.length;
    });
  }

  get bytesRead(): number {
    return this.#bytes;
  }

  get answer(): RawAnswer {
    return readAnswer(Buffer.concat(this.#chunks), this.ended);
  }

  /** Resolves to false when the other side does not take it. */
  send(bytes: Buffer | string): Promise<boolean> {
    return new Promise((resolve) => {
      this.socket.write(bytes, (error) => resolve(error == null));
    });
  }

  /** Resolves when at least `count` bytes have come, or the other side has closed. */
  async untilBytes(count: number, timeoutMs = waitMsMax): Promise<void> {
    await until(`${count} bytes from the gateway`, () => this.#bytes >= count || this.ended, timeoutMs);
  }

  async untilText(text: string, timeoutMs = waitMsMax): Promise<void> {
    await this.until((answer) => answer.body.includes(text), JSON.stringify(text), timeoutMs);
  }

  async until(done: (answer: RawAnswer) => boolean, what: string, timeoutMs = waitMsMax): Promise<void> {
    await until(what, () => done(this.answer) || this.ended, timeoutMs);
  }

  /** Stops reading, so that the other side meets back-pressure; `resume` reads on. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** Hangs up at once, by a reset. */
  abort(): void {
    this.socket.resetAndDestroy();
  }
}

function readAnswer(bytes: Buffer, ended: boolean): RawAnswer {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd === -1) return { status: 0, headers: {}, body: Buffer.alloc(0), bytes, whole: false };
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, headEnd).split('\r\n');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const status = Number(statusLine.split(' ')[1]);
  // An interim answer (100 Continue) stands before the real one.
  if (status >= 100 && status < 200) return readAnswer(bytes.subarray(headEnd + 4), ended);
  const rest = bytes.subarray(headEnd + 4);
  if (headers['transfer-encoding'] === 'chunked') return { status, headers, bytes, ...readChunks(rest) };
  const length = headers['content-length'];
  const body = length === undefined ? rest : rest.subarray(0, Number(length));
  return { status, headers, bytes, body, whole: length === undefined ? ended : rest.length >= Number(length) };
}

function readChunks(rest: Buffer): { body: Buffer; whole: boolean } {
  const pieces: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = rest.indexOf('\r\n', at);
    if (lineEnd === -1) return { body: Buffer.concat(pieces), whole: false };
    const size = Number.parseInt(rest.toString('latin1', at, lineEnd), 16);
    if (Number.isNaN(size)) return { body: Buffer.concat(pieces), whole: false };
    if (size === 0) return { body: Buffer.concat(pieces), whole: true };
    pieces.push(rest.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}

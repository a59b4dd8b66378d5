/**
 * A provider that costs next to nothing: raw sockets, answers made beforehand, one timer for all streams. It speaks
 * just enough HTTP for the clients of this bench. Every content chunk is a write of its own, a few milliseconds after
 * the one before, so that each contender has the same number of reads to make however slow it is.
 */
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type StreamScript, streamScript, wholeAnswer } from './script.ts';

/** Between two chunks of one stream. */
const chunkGapMs = 4;

const whole = wholeAnswer();
const script: StreamScript = streamScript();
let requests = 0;

interface Stream {
  readonly socket: Socket;
  readonly closing: Buffer;
  next: number;
}

/** Streams are spread over the milliseconds of the gap. */
const lanes: Set<Stream>[] = Array.from({ length: chunkGapMs }, () => new Set());
let lane = 0;
let running = 0;
let timer: NodeJS.Timeout | undefined;

function beginStream(socket: Socket, wantsUsage: boolean): void {
  socket.write(script.opening);
  const stream = { socket, closing: wantsUsage ? script.closingWithUsage : script.closing, next: 0 };
  lanes[requests % chunkGapMs]?.add(stream);
  running++;
  timer ??= setInterval(tick, 1);
}

function tick(): void {
  lane = (lane + 1) % chunkGapMs;
  const streams = lanes[lane] ?? new Set();
  for (const stream of streams) {
    const chunk = script.contents[stream.next++];
    if (chunk !== undefined && !stream.socket.destroyed) {
      stream.socket.write(chunk);
      continue;
    }
    stream.socket.write(stream.closing);
    streams.delete(stream);
    running--;
  }
  if (running > 0) return;
  clearInterval(timer);
  timer = undefined;
}

function serve(socket: Socket): void {
  let held: Buffer | undefined;
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    const bytes = held === undefined ? chunk : Buffer.concat([held, chunk]);
    held = undefined;
    const headEnd = bytes.indexOf('\r\n\r\n');
    const length =
      headEnd === -1 ? undefined : /content-length: *(\d+)/i.exec(bytes.toString('latin1', 0, headEnd))?.[1];
    if (length === undefined || bytes.length < headEnd + 4 + Number(length)) {
      held = bytes;
      return;
    }
    requests++;
    if (bytes.includes('"stream":true', headEnd)) beginStream(socket, bytes.includes('"include_usage":true', headEnd));
    else socket.write(whole);
  });
}

const server = createServer(serve);
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('message', () => process.send?.({ requests }));
process.on('disconnect', () => process.exit(0));

/**
 * A provider for crowds: raw sockets, one timer for all streams. The model's name says what it does with a stream:
 * `hold` says a word every few seconds and never ends, `flood` says all it has as fast as it is read. What is no stream
 * gets a whole answer at once.
 */
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { streamScript, wholeAnswer } from '../script.ts';

const wordGapMs = 5000;
const floodBytes = 8 * 1024 * 1024;

const whole = wholeAnswer();
const script = streamScript();
const word = script.contents[0] ?? Buffer.alloc(0);
const flood = Buffer.concat(Array.from({ length: 256 }, () => word));
/** Spread over the gap, as streams of many callers are. */
const lanes = Array.from({ length: wordGapMs / 50 }, () => new Set<Socket>());
let joined = 0;
let turn = 0;
let flooded = 0;
let flooding = 0;

setInterval(() => {
  for (const socket of lanes[turn++ % lanes.length] ?? []) socket.write(word);
}, wordGapMs / lanes.length).unref();

function hold(socket: Socket): void {
  const lane = lanes[joined++ % lanes.length];
  lane?.add(socket);
  socket.once('close', () => lane?.delete(socket));
}

function answer(socket: Socket, body: Buffer): void {
  if (!body.includes('"stream":true')) return void socket.write(whole);
  socket.write(script.opening);
  if (!body.includes('flood"')) return hold(socket);
  flooding++;
  socket.once('close', () => flooding--);
  pour(socket, 0);
}

/** Under back-pressure: what this counts is what somebody took. */
function pour(socket: Socket, from: number): void {
  for (let sent = from; sent < floodBytes; sent += flood.length) {
    flooded += flood.length;
    if (!socket.write(flood)) return void socket.once('drain', () => pour(socket, sent + flood.length));
  }
  socket.write(script.closing);
}

function serve(socket: Socket): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const headEnd = rest.indexOf('\r\n\r\n');
    if (headEnd === -1) return;
    const length = Number(/content-length: *(\d+)/i.exec(rest.toString('latin1', 0, headEnd))?.[1] ?? 0);
    if (rest.length < headEnd + 4 + length) return;
    answer(socket, rest.subarray(headEnd + 4));
    rest = Buffer.alloc(0);
  });
}

const server = createServer(serve);
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () =>
  process.send?.({ port: (server.address() as AddressInfo).port }),
);
process.on('message', () =>
  process.send?.({ held: lanes.reduce((sum, { size }) => sum + size, 0), flooded, flooding }),
);
process.on('disconnect', () => process.exit(0));

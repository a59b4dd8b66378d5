/** A provider of all dialects: answers made beforehand, streams in a write for each frame, one turn apart. */
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { dialectList, dialectOfPath, streamAnswer, wholeAnswer } from './pairs-script.ts';

const whole = new Map(dialectList.map((dialect) => [dialect.id, wholeAnswer(dialect)]));
const streams = new Map(dialectList.map((dialect) => [dialect.id, streamAnswer(dialect)]));
let requests = 0;

function serve(socket: Socket): void {
  let held: Buffer = Buffer.alloc(0);
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    const headEnd = held.indexOf('\r\n\r\n');
    const head = headEnd === -1 ? '' : held.toString('latin1', 0, headEnd);
    const length = /content-length: *(\d+)/i.exec(head)?.[1];
    if (length === undefined || held.length < headEnd + 4 + Number(length)) return;
    const path = head.split(' ', 2)[1] ?? '';
    const isStream = /stream/i.test(path) || held.includes('"stream":true', headEnd);
    held = Buffer.alloc(0);
    requests++;
    const id = dialectOfPath(path);
    if (isStream) write(socket, streams.get(id) ?? [], 0);
    else socket.write(whole.get(id) ?? '');
  });
}

function write(socket: Socket, pieces: readonly Buffer[], at: number): void {
  const piece = pieces[at];
  if (piece === undefined || socket.destroyed) return;
  socket.write(piece);
  setImmediate(() => write(socket, pieces, at + 1));
}

const server = createServer(serve);
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('message', () => process.send?.({ requests }));
process.on('disconnect', () => process.exit(0));

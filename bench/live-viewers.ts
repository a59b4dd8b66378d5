/**
 * Those who look at `GET /live`, in a process of their own: raw sockets that read all they are sent. `{ viewers: N }`
 * opens that many, none of them before it has its first event, and closes those before; the answer says what came since.
 */
import { connect, type Socket } from 'node:net';

const [, , portText = '', key = ''] = process.argv;
const head = [
  'GET /api/v1/live HTTP/1.1',
  'host: 127.0.0.1',
  `authorization: Bearer ${key}`,
  'accept: text/event-stream',
].join('\r\n');

/** What all viewers together were sent since the last question. */
export interface Watched {
  readonly bytes: number;
  readonly viewers: number;
}

let bytes = 0;
let open: Socket[] = [];

function view(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(portText), '127.0.0.1', () => socket.write(`${head}\r\n\r\n`));
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      bytes += chunk.length;
      if (chunk.includes('event: snapshot')) resolve(socket);
      else if (chunk.includes('HTTP/1.1 4') || chunk.includes('HTTP/1.1 5')) reject(new Error(chunk.toString()));
    });
  });
}

process.on('message', async ({ viewers }: { readonly viewers: number }) => {
  const watched: Watched = { bytes, viewers: open.length };
  for (const socket of open) socket.destroy();
  open = [];
  // One after another, as people come.
  while (open.length < viewers) open.push(await view());
  bytes = 0;
  process.send?.(watched);
});
process.on('disconnect', () => process.exit(0));
process.send?.({ port: 0 });

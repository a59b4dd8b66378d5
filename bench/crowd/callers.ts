/** The crowd, a process of its own: connections that hold a stream, do nothing, or do not read; and small calls, timed. */
import { connect, type Socket } from 'node:net';

/** What to open; the answer comes when all are connected and those that ask have their first bytes, or have failed. */
export interface Opening {
  readonly open: number;
  readonly port: number;
  /** Base64 of what each sends; empty: nothing. */
  readonly request: string;
  /** Reads until the first bytes came, then nothing more. */
  readonly unread?: boolean;
  /** Bytes that each of the unread takes in a second. */
  readonly bytesPerSecond?: number;
}

/** Small calls, so many in a second, each on one of a few connections. */
export interface Calling {
  readonly calls: number;
  readonly perSecond: number;
  readonly port: number;
  readonly request: string;
}

export interface Called {
  /** Sorted. */
  readonly tookMs: readonly number[];
  /** By status; 0: no answer. */
  readonly statuses: Readonly<Record<number, number>>;
}

const openAtOnce = 200;
const crowd = new Set<Socket>();
let refused = 0;

async function open(order: Opening): Promise<{ opened: number }> {
  const request = Buffer.from(order.request, 'base64');
  const before = crowd.size;
  for (let left = order.open; left > 0; left -= openAtOnce) {
    await Promise.all(Array.from({ length: Math.min(left, openAtOnce) }, () => join(order, request)));
  }
  return { opened: crowd.size - before };
}

function join({ port, unread = false, bytesPerSecond = 0 }: Opening, request: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => {
      crowd.add(socket);
      if (request.length === 0) resolve();
      else socket.write(request);
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      crowd.delete(socket);
      resolve();
    });
    socket.on('data', (bytes: Buffer) => {
      if (!bytes.includes('200 OK') && bytes.includes('HTTP/1.1')) refused++;
      if (unread) stopReading(socket, bytesPerSecond);
      resolve();
    });
  });
}

/** Sips: the kernel's own buffer aside, so many bytes in a second. */
function stopReading(socket: Socket, bytesPerSecond: number): void {
  socket.pause();
  socket.removeAllListeners('data');
  if (bytesPerSecond === 0) return;
  socket.on('readable', () => {});
  const timer = setInterval(() => socket.read(Math.min(bytesPerSecond, socket.readableLength)), 1000);
  socket.once('close', () => clearInterval(timer));
}

async function call({ calls, perSecond, port, request }: Calling): Promise<Called> {
  const tookMs: number[] = [];
  const statuses: Record<number, number> = {};
  const startedAt = performance.now();
  const running: Promise<void>[] = [];
  for (let i = 0; i < calls; i++) {
    const dueMs = startedAt + (i * 1000) / perSecond - performance.now();
    if (dueMs > 0) await new Promise((resolve) => setTimeout(resolve, dueMs));
    const from = performance.now();
    running.push(
      ask(port, Buffer.from(request, 'base64')).then((status) => {
        tookMs.push(performance.now() - from);
        statuses[status] = (statuses[status] ?? 0) + 1;
      }),
    );
  }
  await Promise.all(running);
  return { tookMs: tookMs.sort((a, b) => a - b), statuses };
}

const idle: Socket[] = [];

/** 0: no answer. */
function ask(port: number, request: Buffer): Promise<number> {
  return new Promise((resolve) => {
    const socket = idle.pop() ?? connect({ port, host: '127.0.0.1' });
    let text = '';
    const done = (status: number): void => {
      socket.removeAllListeners();
      socket.on('error', () => {});
      socket.on('close', () => idle.includes(socket) && idle.splice(idle.indexOf(socket), 1));
      if (status === 200) idle.push(socket);
      else socket.destroy();
      resolve(status);
    };
    socket.on('error', () => done(0));
    socket.on('close', () => done(0));
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1');
      const headEnd = text.indexOf('\r\n\r\n');
      const length = Number(/content-length: *(\d+)/i.exec(text)?.[1] ?? 0);
      if (headEnd !== -1 && text.length >= headEnd + 4 + length) done(Number(text.slice(9, 12)));
    });
    socket.write(request);
  });
}

function leave(): { left: number } {
  const left = crowd.size;
  for (const socket of crowd) socket.destroy();
  crowd.clear();
  return { left };
}

process.on('message', async (question: Partial<Opening & Calling> & { readonly leave?: true }) => {
  if (question.open !== undefined) process.send?.(await open(question as Opening));
  else if (question.calls !== undefined) process.send?.(await call(question as Calling));
  else process.send?.(question.leave ? leave() : { open: crowd.size, refused });
});
process.on('disconnect', () => process.exit(0));
process.send?.({ port: 0 });

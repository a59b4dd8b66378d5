/** As much of a Redis server as its client needs to be tried: what it answers, and whether, is the test's. */
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** One reply in the protocol (`+OK\r\n`, `-LOADING …\r\n`); undefined: none, the connection hangs. */
type Reply = (command: readonly string[]) => string | undefined;

export interface FakeRedis {
  readonly url: string;
  /** Everything that was sent, but the greetings. */
  readonly commands: (readonly string[])[];
  reply: Reply;
  /** Ends all connections. New ones are taken. */
  cut(): void;
  close(): Promise<void>;
}

export const ok: Reply = () => '+OK\r\n';
export const hang: Reply = () => undefined;

export async function startFakeRedis(reply: Reply = ok): Promise<FakeRedis> {
  const sockets = new Set<Socket>();
  const commands: (readonly string[])[] = [];
  const fake = { reply, commands };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    let pending = '';
    socket.on('data', (chunk: Buffer) => {
      const { whole, rest } = readCommands(pending + chunk.toString('latin1'));
      pending = rest;
      for (const command of whole) {
        commands.push(command);
        const answer = fake.reply(command);
        if (answer !== undefined) socket.write(answer, 'latin1');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return Object.assign(fake, {
    url: `redis://127.0.0.1:${port}`,
    cut,
    close: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

/** Commands are arrays of bulk strings: `*2\r\n$3\r\nGET\r\n$1\r\nk\r\n`. https://redis.io/docs/latest/develop/reference/protocol-spec/ */
function readCommands(text: string): { whole: string[][]; rest: string } {
  const whole: string[][] = [];
  let at = 0;
  for (;;) {
    const found = readCommand(text, at);
    if (found === undefined) return { whole, rest: text.slice(at) };
    whole.push(found.command);
    at = found.end;
  }
}

function readCommand(text: string, start: number): { command: string[]; end: number } | undefined {
  const command: string[] = [];
  let at = text.indexOf('\r\n', start);
  if (at < 0) return undefined;
  const count = Number(text.slice(start + 1, at));
  at += 2;
  for (let i = 0; i < count; i++) {
    const line = text.indexOf('\r\n', at);
    if (line < 0) return undefined;
    const length = Number(text.slice(at + 1, line));
    if (text.length < line + 2 + length + 2) return undefined;
    command.push(text.slice(line + 2, line + 2 + length));
    at = line + 2 + length + 2;
  }
  return { command, end: at };
}

/** Stands between gateways and Redis, so that a test can take it away in every way and give it back. */
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';

export interface RedisProxy {
  readonly url: string;
  /** `pass`; `hang`: connections are taken and nothing passes; `refuse`: they are ended; milliseconds: answers come that late. */
  mode: 'pass' | 'hang' | 'refuse' | number;
  /** Pieces of commands that came, however they were treated. */
  readonly pieces: number;
  close(): Promise<void>;
}

export async function startRedisProxy(port: number): Promise<RedisProxy> {
  const sockets = new Set<Socket>();
  const state = { mode: 'pass' as RedisProxy['mode'], pieces: 0 };
  const server = createServer((client) => {
    if (state.mode === 'refuse') return client.destroy();
    const redis = dial(port, '127.0.0.1');
    for (const socket of [client, redis]) {
      sockets.add(socket);
      socket
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(socket);
          client.destroy();
          redis.destroy();
        });
    }
    client.on('data', (piece: Buffer) => {
      state.pieces += 1;
      if (state.mode !== 'hang') redis.write(piece);
    });
    redis.on('data', (piece: Buffer) => {
      if (state.mode === 'pass') client.write(piece);
      else if (typeof state.mode === 'number') setTimeout(() => client.write(piece), state.mode).unref();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get mode() {
      return state.mode;
    },
    set mode(mode) {
      state.mode = mode;
      if (mode === 'refuse') cut();
    },
    get pieces() {
      return state.pieces;
    },
    close: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

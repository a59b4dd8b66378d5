/** Stands between the store and Postgres, so that a test can take the database away and give it back. */
import { type AddressInfo, createServer, connect as dial, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';

export interface PostgresProxy {
  /** The database's URL, through the proxy. */
  readonly url: string;
  readonly host: string;
  /** Cuts every connection and refuses new ones. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Keeps every connection and passes nothing on any more, as a host that lost its network does. */
  freeze(): void;
  readonly connections: number;
  close(): Promise<void>;
}

export async function startPostgresProxy(databaseUrl: string): Promise<PostgresProxy> {
  const target = new pg.Client({ connectionString: databaseUrl });
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let port = 0;
  const upstream = (): Socket =>
    target.host.startsWith('/') ? dial(join(target.host, `.s.PGSQL.${target.port}`)) : dial(target.port, target.host);
  const stop = async () => {
    const stopping = server;
    server = undefined;
    const closed = new Promise((resolve) => (stopping ? stopping.close(resolve) : resolve(undefined)));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  const start = async () => {
    server = createServer((client) => {
      const database = upstream();
      for (const socket of [client, database]) {
        sockets.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => {
          sockets.delete(socket);
          client.destroy();
          database.destroy();
        });
      }
      client.pipe(database).pipe(client);
    });
    await new Promise<void>((resolve) => server?.listen(port, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  };
  await start();
  const login = `${target.user}:${encodeURIComponent(target.password ?? '')}`;
  return {
    url: `postgres://${login}@127.0.0.1:${port}/${target.database}`,
    host: `127.0.0.1:${port}`,
    stop,
    start,
    freeze: () => {
      for (const socket of sockets) socket.unpipe().pause();
    },
    get connections() {
      return sockets.size / 2;
    },
    close: stop,
  };
}

/** Stands between the store and Postgres, so that a test can listen, take the database away and give it back. */
import { type AddressInfo, createServer, connect as dial, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { StatementReader } from './postgres-statements.ts';

export interface PostgresProxy {
  /** The database's URL, through the proxy. */
  readonly url: string;
  readonly host: string;
  /** Cuts every connection and refuses new ones. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Keeps every connection and passes nothing on any more, as a host that lost its network does. New ones work. */
  freeze(): void;
  /** As `freeze`, for new connections too, until `release`: all of them are accepted, and none is answered. */
  hold(): void;
  release(): void;
  readonly connections: number;
  close(): Promise<void>;
}

export interface PostgresProxyOptions {
  /** Gets the text of each statement that a client sends, as it is passed on. */
  readonly onStatement?: (text: string) => void;
}

interface Pair {
  readonly client: Socket;
  readonly database: Socket;
}

export async function startPostgresProxy(
  databaseUrl: string,
  options: PostgresProxyOptions = {},
): Promise<PostgresProxy> {
  const target = new pg.Client({ connectionString: databaseUrl });
  const pairs = new Set<Pair>();
  let server: Server | undefined;
  let port = 0;
  let held = false;
  const upstream = (): Socket =>
    target.host.startsWith('/') ? dial(join(target.host, `.s.PGSQL.${target.port}`)) : dial(target.port, target.host);
  const stop = async () => {
    const stopping = server;
    server = undefined;
    const closed = new Promise((resolve) => (stopping ? stopping.close(resolve) : resolve(undefined)));
    for (const { client } of pairs) client.destroy();
    await closed;
  };
  const accept = (client: Socket): void => {
    const pair = { client, database: upstream() };
    pairs.add(pair);
    const end = (): void => {
      pairs.delete(pair);
      client.destroy();
      pair.database.destroy();
    };
    for (const socket of [client, pair.database]) socket.on('error', () => {}).on('close', end);
    if (options.onStatement !== undefined) {
      const reader = new StatementReader(options.onStatement);
      client.on('data', (chunk: Buffer) => reader.push(chunk));
    }
    if (held) client.pause();
    else connectPair(pair);
  };
  const start = async () => {
    server = createServer(accept);
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
      for (const pair of pairs) partPair(pair);
    },
    hold: () => {
      held = true;
      for (const pair of pairs) partPair(pair);
    },
    release: () => {
      held = false;
      for (const pair of pairs) connectPair(pair);
    },
    get connections() {
      return pairs.size;
    },
    close: stop,
  };
}

function connectPair({ client, database }: Pair): void {
  client.pipe(database).pipe(client);
}

function partPair({ client, database }: Pair): void {
  for (const socket of [client, database]) socket.unpipe().pause();
}

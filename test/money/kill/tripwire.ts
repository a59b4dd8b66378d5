/**
 * Stands between one gateway and Postgres. Armed with a statement, it fires once when the gateway sends it: before
 * Postgres gets it, or when its answer is there and the gateway has not got it, or has just got it.
 */
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { StatementReader } from '../../postgres-statements.ts';

export type Moment = 'before' | 'committed' | 'answered';

export interface Trap {
  readonly statement: RegExp;
  readonly moment: Moment;
  /** Called once, at once. */
  readonly fire: () => void;
}

export interface Tripwire {
  /** The database's URL, through this. */
  readonly url: string;
  /** The one before is forgotten. */
  arm(trap: Trap | undefined): void;
  /** Keeps what is sent from now on to itself, in both directions. */
  hold(): void;
  release(): void;
  /** Cuts every connection and takes no new ones. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

export async function startTripwire(databaseUrl: string): Promise<Tripwire> {
  const target = new pg.Client({ connectionString: databaseUrl });
  const clients = new Set<Socket>();
  let trap: Trap | undefined;
  let held = false;
  let port = 0;
  const upstream = (): Socket =>
    target.host.startsWith('/') ? dial(join(target.host, `.s.PGSQL.${target.port}`)) : dial(target.port, target.host);
  const spring = (): void => {
    const { fire } = trap as Trap;
    trap = undefined;
    fire();
  };
  const serve = (client: Socket): void => {
    const database = upstream();
    clients.add(client);
    let caught: Moment | undefined;
    const reader = new StatementReader((text) => {
      if (trap?.statement.test(text)) caught = trap.moment;
    });
    const pass = (from: Socket, to: Socket, bytes: Buffer): void => {
      if (!to.write(bytes)) {
        from.pause();
        to.once('drain', () => held || from.resume());
      }
    };
    client.on('data', (bytes: Buffer) => {
      reader.push(bytes);
      if (caught === 'before' && trap !== undefined) return spring();
      pass(client, database, bytes);
    });
    database.on('data', (bytes: Buffer) => {
      // Another connection may have been first.
      const due = trap === undefined ? undefined : caught;
      caught = undefined;
      if (due === 'committed') return spring();
      pass(database, client, bytes);
      if (due === 'answered') spring();
    });
    const end = (): void => {
      clients.delete(client);
      client.destroy();
      database.destroy();
    };
    for (const socket of [client, database]) {
      socket.on('error', () => {}).on('close', end);
      if (held) socket.pause();
      holding.add(socket);
      socket.on('close', () => holding.delete(socket));
    }
  };
  const holding = new Set<Socket>();
  let server = createServer(serve);
  const start = async (): Promise<void> => {
    server = createServer(serve);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  };
  await start();
  return {
    url: `postgres://${target.user}:${encodeURIComponent(target.password ?? '')}@127.0.0.1:${port}/${target.database}`,
    arm: (next) => {
      trap = next;
    },
    hold: () => {
      held = true;
      for (const socket of holding) socket.pause();
    },
    release: () => {
      held = false;
      for (const socket of holding) socket.resume();
    },
    start,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const client of clients) client.destroy();
      await closed;
    },
  };
}

/** A host that nobody may ever connect to: it counts connections and lookups of nothing else. */
import { type RawUpstream, startRawUpstream } from '../fakes/raw-upstream.ts';

export interface Trap extends RawUpstream {
  /** `127.0.0.1:port`. */
  readonly host: string;
  /** The port alone. */
  readonly port: string;
  /** The first bytes of everybody who came. */
  readonly caught: readonly string[];
}

export async function startTrap(): Promise<Trap> {
  const caught: string[] = [];
  const raw = await startRawUpstream((socket) => {
    socket.once('data', (bytes) => caught.push(bytes.toString('latin1', 0, 2000)));
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}');
  });
  const { host, port } = new URL(raw.url);
  return {
    url: raw.url,
    host,
    port,
    caught,
    get connections() {
      return raw.connections;
    },
    close: () => raw.close(),
  };
}

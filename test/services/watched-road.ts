/** A relay of bytes between a client and a server, which remembers what the server sent; in TLS where a client wants it. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';

export class WatchedRoad {
  /** Everything the server sent on all connections, in order of arrival. */
  sent: Buffer = Buffer.alloc(0);
  /** The file of the certificate that a client has to trust. */
  readonly certificateFile: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'tollgate-road-'));
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(port: number) {
    this.certificateFile = join(this.#folder, 'certificate.pem');
    const keyFile = join(this.#folder, 'key.pem');
    makeCertificate(this.certificateFile, keyFile);
    const relay = (client: Socket) => {
      const server = connect(port, '127.0.0.1');
      for (const socket of [client, server]) {
        this.#sockets.add(socket);
        socket.on('error', () => {}).once('close', () => this.#sockets.delete(socket));
      }
      server.on('data', (bytes) => {
        this.sent = Buffer.concat([this.sent, bytes]);
      });
      client.pipe(server).pipe(client);
    };
    const tls = createTlsServer({ cert: readFileSync(this.certificateFile), key: readFileSync(keyFile) }, relay);
    // A TLS record of a handshake begins with 22, no request of HTTP does.
    this.#server = createServer((client) => {
      client.once('data', (bytes) => {
        client.pause().unshift(bytes);
        if (bytes[0] === 22) tls.emit('connection', client);
        else relay(client);
      });
      client.on('error', () => {});
    });
  }

  /** `to`: `http://127.0.0.1:port`. */
  static async open(to: string): Promise<WatchedRoad> {
    const road = new WatchedRoad(Number(new URL(to).port));
    road.#server.listen(0, '127.0.0.1');
    await once(road.#server, 'listening');
    return road;
  }

  /** The same port takes `https` as well. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** One that signs itself, for this machine and one day. */
function makeCertificate(certificateFile: string, keyFile: string): void {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
  const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const use = ['-addext', 'keyUsage=critical,digitalSignature,keyCertSign', '-days', '1', '-out', certificateFile];
  const { status, stderr, error } = spawnSync('openssl', ['req', '-x509', ...key, ...names, ...use]);
  if (status !== 0) throw new Error(`openssl made no certificate: ${error?.message ?? stderr.toString()}`);
}

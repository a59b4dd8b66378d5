/** A proxy that lets nothing through, and notes which hosts were asked for. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface NotingProxy {
  readonly url: string;
  readonly hosts: readonly string[];
  close(): Promise<void>;
}

export async function startNotingProxy(): Promise<NotingProxy> {
  const hosts: string[] = [];
  const server = createServer((request, response) => {
    hosts.push(request.url ?? '');
    response.writeHead(403).end();
  });
  server.on('connect', (request, socket) => {
    hosts.push(request.url ?? '');
    socket.on('error', () => {});
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hosts,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A webhook endpoint that keeps what it gets. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface EventListener {
  readonly url: string;
  readonly received: { readonly body: string; readonly signature: string }[];
  /** What it answers. */
  status: number;
  close(): Promise<void>;
}

export async function listenForEvents(): Promise<EventListener> {
  const received: { body: string; signature: string }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    received.push({
      body: Buffer.concat(chunks).toString(),
      signature: String(request.headers['stripe-signature']),
    });
    response.writeHead(listener.status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const listener: EventListener = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    status: 200,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return listener;
}

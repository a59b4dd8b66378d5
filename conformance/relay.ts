/** Stands between gateway and provider: passes everything, keeps what it saw, and breaks an answer off when told to. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One exchange with the provider, without anything of its credential. */
export interface Exchange {
  readonly path: string;
  readonly request: string;
  readonly status: number;
  readonly contentType: string;
  readonly response: string;
}

export interface Relay {
  /** In place of the provider's own address. */
  readonly baseUrl: string;
  readonly seen: readonly Exchange[];
  /** From now on the last part of each answer is missing, and its connection breaks. */
  cut: boolean;
  close(): Promise<void>;
}

/** How much of an answer comes before the break: its middle, wherever its end mark is. */
const keptShare = 0.4;
const hopHeaders = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive']);

export async function startRelay(baseUrl: string): Promise<Relay> {
  const seen: Exchange[] = [];
  const relay = { cut: false };
  const server = createServer((request, response) => {
    pass(request, response, baseUrl, relay, seen).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(relay, {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

async function pass(
  request: IncomingMessage,
  response: ServerResponse,
  baseUrl: string,
  state: { readonly cut: boolean },
  seen: Exchange[],
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const sent = Buffer.concat(chunks);
  const headers = Object.entries(request.headers).filter(([name]) => !hopHeaders.has(name));
  const answer = await fetch(baseUrl + request.url, {
    method: request.method,
    headers: headers.map(([name, value]): [string, string] => [name, String(value)]),
    ...(sent.length > 0 && { body: sent }),
    redirect: 'manual',
  });
  const body = Buffer.from(await answer.arrayBuffer());
  const contentType = answer.headers.get('content-type') ?? '';
  const told = { path: request.url ?? '', request: sent.toString('utf8'), status: answer.status, contentType };
  seen.push({ ...told, response: body.toString('utf8') });
  const kept = [...answer.headers].filter(([name]) => !hopHeaders.has(name) && name !== 'content-encoding');
  if (!state.cut) return void response.writeHead(answer.status, Object.fromEntries(kept)).end(body);
  response.writeHead(answer.status, Object.fromEntries(kept));
  response.write(body.subarray(0, Math.floor(body.length * keptShare)), () => response.destroy());
}

/**
 * Stands between schemathesis and a gateway: the description with examples in it, a management key that is never asked
 * too often, an end to the stream of events, which has none, and a count of what each operation answered.
 */
import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OpenApi } from '../../../src/control/api/openapi.ts';

export interface RelayOptions {
  /** Of the gateway. */
  readonly url: string;
  /** What schemathesis holds as its key; each request goes on with the next of `keys`. */
  readonly key: string;
  readonly keys: readonly string[];
  readonly description: OpenApi;
}

export interface Relay {
  readonly url: string;
  /** By `GET /keys/{keyId}`, the statuses that it answered with, how often each. */
  readonly answered: ReadonlyMap<string, ReadonlyMap<number, number>>;
  close(): Promise<void>;
}

const apiPath = '/api/v1';
/** Not the API's own: that one is an operation among the others. */
export const descriptionPath = '/described.json';

export async function startRelay(options: RelayOptions): Promise<Relay> {
  const agent = new Agent({ keepAlive: true });
  const answered = new Map<string, Map<number, number>>();
  const operationOf = operationFinder(options.description);
  let turn = 0;
  const server: Server = createServer((incoming, response) => {
    if (incoming.url === descriptionPath) {
      response.setHeader('content-type', 'application/json; charset=utf-8');
      return void response.end(JSON.stringify(options.description));
    }
    turn++;
    const headers = changed(incoming, options, turn);
    const outgoing = request(options.url, { agent, method: incoming.method, path: incoming.url, headers }, (answer) => {
      count(answered, operationOf(incoming), answer.statusCode ?? 0);
      passOn(answer, response);
    });
    outgoing.once('error', () => response.destroy());
    incoming.pipe(outgoing);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    answered,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      agent.destroy();
    },
  };
}

/**
 * From another address each time: attempts to use a link are counted by it. Idempotency keys that are made up are nearly
 * all the same, and would be refused: three of four become new ones.
 */
function changed({ headers, headersDistinct }: IncomingMessage, { key, keys }: RelayOptions, turn: number) {
  const isKnown = headers.authorization === `Bearer ${key}`;
  const once = String(headers['idempotency-key'] ?? '');
  const address = `10.${(turn >> 16) & 255}.${(turn >> 8) & 255}.${turn & 255}`;
  return {
    ...headersDistinct,
    host: headers.host,
    'x-forwarded-for': address,
    ...(/^[\x21-\x7e]{1,200}$/.test(once) && turn % 4 !== 0 && { 'idempotency-key': `${once}-${turn}` }),
    ...(isKnown && { authorization: `Bearer ${keys[turn % keys.length]}` }),
  };
}

function passOn(answer: IncomingMessage, response: ServerResponse): void {
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  if (!answer.headers['content-type']?.startsWith('text/event-stream')) return void answer.pipe(response);
  answer.once('data', (first: Buffer) => {
    response.end(first);
    answer.destroy();
  });
}

function count(answered: Map<string, Map<number, number>>, operation: string | undefined, status: number): void {
  if (operation === undefined) return;
  const statuses = answered.get(operation) ?? new Map<number, number>();
  answered.set(operation, statuses.set(status, (statuses.get(status) ?? 0) + 1));
}

/** Of paths that both match, the one with fewer parameters is meant. */
function operationFinder({ paths }: OpenApi): (asked: IncomingMessage) => string | undefined {
  const known = Object.entries(paths)
    .map(([path, methods]) => ({
      path,
      methods: new Set(Object.keys(methods)),
      pattern: new RegExp(`^${apiPath}${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
      parameters: path.split('{').length,
    }))
    .toSorted((one, other) => one.parameters - other.parameters);
  return ({ method = '', url = '' }) => {
    const [asked = ''] = url.split('?');
    const found = known.find(({ pattern, methods }) => pattern.test(asked) && methods.has(method.toLowerCase()));
    return found && `${method} ${found.path}`;
  };
}

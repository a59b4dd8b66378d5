/** How many connections one address may have: an IPv4 address, or the /64 of an IPv6 one, which is one household's. */
import type { Server } from 'node:http';
import { isIPv6, type Socket } from 'node:net';

/** Above the limit a connection is closed before it says anything. 0: no limit. */
export function limitAddresses(server: Server, connectionsMax: number): void {
  if (connectionsMax === 0) return;
  const open = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const network = networkOf(socket.remoteAddress ?? '');
    const count = (open.get(network) ?? 0) + 1;
    if (count > connectionsMax) {
      socket.destroy();
      return;
    }
    open.set(network, count);
    socket.once('close', () => leave(open, network));
  });
}

function leave(open: Map<string, number>, network: string): void {
  const left = (open.get(network) ?? 1) - 1;
  if (left > 0) open.set(network, left);
  else open.delete(network);
}

const groupsOfNetwork = 4;
const groupsOfAddress = 8;

/** `address`: as `net` writes it. IPv4 inside IPv6 (`::ffff:192.0.2.1`) is IPv4. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [plain = ''] = address.split('%');
  if (!isIPv6(plain)) return address;
  const [head = '', tail] = plain.toLowerCase().split('::');
  const left = head.split(':').filter(Boolean);
  const right = (tail ?? '').split(':').filter(Boolean);
  const zeros = Array<string>(Math.max(0, groupsOfAddress - left.length - right.length)).fill('0');
  return `${[...left, ...(tail === undefined ? [] : zeros), ...right].slice(0, groupsOfNetwork).join(':')}::/64`;
}

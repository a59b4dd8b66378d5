/** Whether a server answers at the socket, and with what. */
import pg from 'pg';
import type { Address } from '../address.ts';
import { abandon } from '../connection.ts';
import { codeOf, connectionError } from '../error.ts';

/** `busy`: somebody is there, and is starting up or shutting down. */
export type Presence = 'ready' | 'busy' | 'absent';

const probeTimeoutMs = 2_000;

/** Throws StoreError when a server is there and refuses our password: it is not ours. */
export async function probeServer(address: Address): Promise<Presence> {
  const client = new pg.Client({ ...address.config, connectionTimeoutMillis: probeTimeoutMs });
  client.on('error', () => {});
  try {
    await client.connect();
    return 'ready';
  } catch (error) {
    return presenceFrom(error, address);
  } finally {
    abandon(client);
  }
}

function presenceFrom(error: unknown, address: Address): Presence {
  const code = codeOf(error);
  if (code === 'ECONNREFUSED' || code === 'ENOENT') return 'absent';
  const tooManyConnections = '53300';
  if (code === tooManyConnections) return 'ready';
  const failure = connectionError(error, address.place);
  if (failure.fault !== 'unreachable') throw failure;
  return 'busy';
}

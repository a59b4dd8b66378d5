/** The cells of the fault matrix: who asks, who fails in which way, who answers then. */
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Clock } from '../../../src/lib/clock.ts';
import { type Rig, startRig } from '../../cases/rig.ts';
import { startRawUpstream } from '../../fakes/raw-upstream.ts';
import { corpus } from '../../golden/corpus.ts';
import type { Fixtures } from '../../golden/features.ts';
import { type Fault, faults } from './faults.ts';

export interface Cell {
  readonly route: string;
  readonly fault: Fault;
  readonly stream: boolean;
  readonly caller: Fixtures;
  /** Fails. */
  readonly first: Fixtures;
  /** Answers. */
  readonly second: Fixtures;
}

/** Both targets speak the caller's dialect, or the one that answers does not, or the one that fails does not. */
const chains = corpus.flatMap((caller, i) => {
  const other = corpus[(i + 1) % corpus.length] as Fixtures;
  return [
    { caller, first: caller, second: caller },
    { caller, first: caller, second: other },
    { caller, first: other, second: caller },
  ];
});

export const cells: readonly Cell[] = faults
  .flatMap((fault) =>
    [false, true]
      .filter((stream) => fault.on === undefined || (fault.on === 'stream') === stream)
      .flatMap((stream) => chains.map((chain) => ({ fault, stream, ...chain }))),
  )
  .map((cell, i) => ({ route: `cell-${i}`, ...cell }));

/** Every caller over every provider, with a healthy target of the caller's own dialect behind it: a route for each end. */
export const spokenCells = corpus.flatMap((caller) =>
  corpus.map((first) => ({
    routes: Array.from({ length: 8 }, (_, end) => `spoken-${caller.prefix}-${first.prefix}-${end}`),
    caller,
    first,
  })),
);

export interface MatrixRig extends Rig {
  /** Time passes for the gateway alone: far more than it waits for any answer. */
  late(): void;
}

/** Targets are of one cell alone, so that what is remembered of one does not change the next. */
export async function startFaultRig(): Promise<MatrixRig> {
  const odd = await startOddServers();
  let aheadMs = 0;
  const clock: Clock = { nowMs: () => Date.now() + aheadMs, monotonicMs: () => performance.now() + aheadMs };
  const addresses: Record<string, string> = {};
  const routes: Record<string, readonly string[]> = {};
  for (const { route, fault, first, second } of cells) {
    if (fault.at !== undefined) addresses[`${route}-1`] = odd.addresses[fault.at];
    routes[route] = [`${first.prefix}/one@${route}-1`, `${second.prefix}/two@${route}-2`];
  }
  for (const { routes: own, caller, first } of spokenCells)
    for (const route of own) routes[route] = [`${first.prefix}/one@${route}-1`, `${caller.prefix}/two@${route}-2`];
  // Time that passes at once would bring a keepalive with it, whose head is out before the second target is asked.
  const settings = { keepaliveMs: 3_600_000 };
  const rig = await startRig({ clock, routes, addresses, settings, tickMs: 5 });
  return {
    ...rig,
    late: () => {
      aheadMs += 30_000;
    },
    close: async () => {
      await rig.close();
      await odd.close();
    },
  };
}

async function startOddServers() {
  const nobody = await startRawUpstream(() => {});
  await nobody.close();
  const noTls = await startRawUpstream((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad\r\n\r\n')));
  const pem = readFileSync(new URL('../../fixtures/self-signed.pem', import.meta.url));
  const selfSigned = createTlsServer({ key: pem, cert: pem }, (socket) => socket.end());
  selfSigned.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => selfSigned.listen(0, '127.0.0.1', resolve));
  return {
    addresses: {
      nobody: nobody.url,
      'no-name': 'http://nowhere.invalid',
      'no-tls': noTls.url.replace('http:', 'https:'),
      'self-signed': `https://localhost:${(selfSigned.address() as AddressInfo).port}`,
    },
    close: async () => {
      await noTls.close();
      await new Promise((resolve) => selfSigned.close(resolve));
    },
  };
}

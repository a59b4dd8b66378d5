import { Worker } from '../../worker.ts';
import { type Contender, relays } from '../contender.ts';

/** The yardstick of every ratio. */
export const bareRelay: Contender = {
  id: 'bare-relay',
  title: 'bare relay (node:http + undici)',
  settings: 'bench/bare-relay.ts: back-pressure and kept connections, no keys, no metering, no journal',
  pairs: relays,
  start: async ({ providerPort }) => {
    const startedAt = performance.now();
    const worker = await Worker.start('bare-relay', [String(providerPort)]);
    const { pid, port } = worker;
    const readyMs = performance.now() - startedAt;
    const stop = async (): Promise<void> => worker.stop();
    return { pid, port, version: process.version, readyMs, headers: () => ({}), model: (plan) => plan, stop };
  },
};

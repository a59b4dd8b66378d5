import { type Contender, relays } from '../contender.ts';

/** Nothing in between: the base of every added time, and what the provider itself costs. */
export const direct: Contender = {
  id: 'direct',
  title: 'no gateway',
  settings: "callers ask the fake provider; the processor time is the provider's own",
  pairs: relays,
  start: async ({ providerPid, providerPort }) => ({
    pid: providerPid,
    port: providerPort,
    version: '',
    readyMs: 0,
    headers: () => ({}),
    model: (plan) => plan,
    stop: async () => {},
  }),
};

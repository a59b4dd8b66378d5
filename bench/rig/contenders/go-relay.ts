import { execFileSync } from 'node:child_process';
import { startSpeaking } from '../child.ts';
import { type Contender, relays } from '../contender.ts';

export const goRelay: Contender = {
  id: 'go-relay',
  title: "Go's ReverseProxy",
  settings:
    'bench/rig/go/relay: httputil.ReverseProxy with FlushInterval -1 (https://pkg.go.dev/net/http/httputil#ReverseProxy), as many kept connections as callers, full duplex',
  pairs: relays,
  start: async ({ program, providerPort }) => {
    const child = await startSpeaking(program, ['relay', '-origin', `http://127.0.0.1:${providerPort}`]);
    const version = execFileSync('go', ['version'], { encoding: 'utf8' }).trim();
    return { ...child, version, headers: () => ({}), model: (plan) => plan };
  },
};

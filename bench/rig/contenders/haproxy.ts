import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, scratch, startChild } from '../child.ts';
import { type Contender, relays } from '../contender.ts';

export const haproxy: Contender = {
  id: 'haproxy',
  title: 'haproxy',
  settings:
    'mode http, a thread per core, http-reuse always (https://docs.haproxy.org/2.6/configuration.html#4.2-http-reuse), option http-no-delay as streams need it, no log',
  pairs: relays,
  start: async ({ providerPort }) => {
    const version = spawnSync('haproxy', ['-v'], { encoding: 'utf8' }).stdout?.split('\n')[0];
    if (!version) throw new Error('haproxy is not installed (Debian: haproxy).');
    const port = await freePort();
    const place = scratch('haproxy');
    const file = join(place.directory, 'haproxy.cfg');
    writeFileSync(file, configOf(port, providerPort));
    const command = { name: 'haproxy', program: 'haproxy', args: ['-db', '-f', file] };
    const child = await startChild(command, `http://127.0.0.1:${port}/_counts`);
    const stop = async (): Promise<void> => {
      await child.stop();
      place.remove();
    };
    return { ...child, port, version, headers: () => ({}), model: (plan) => plan, stop };
  },
};

function configOf(port: number, providerPort: number): string {
  return `global
  maxconn 9950
defaults
  mode http
  option http-keep-alive
  http-reuse always
  option http-no-delay
  timeout connect 5s
  timeout client 600s
  timeout server 600s
frontend callers
  bind 127.0.0.1:${port}
  default_backend provider
backend provider
  server provider 127.0.0.1:${providerPort} maxconn 9950 pool-max-conn -1
`;
}

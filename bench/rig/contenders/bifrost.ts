import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { workshop } from '../binary.ts';
import { freePort, scratch, startChild } from '../child.ts';
import { type Contender, relays } from '../contender.ts';

const program = join(workshop, 'bifrost-http');

/** Its npm package downloads this program when it is first run; where that cannot be, nothing is measured. */
export const bifrost: Contender = {
  id: 'bifrost',
  title: 'Bifrost',
  settings:
    'file configuration, initial pool of 5,000, its own store of logs and of settings off (https://docs.getbifrost.ai/deployment-guides)',
  pairs: relays.slice(0, 1),
  start: async ({ providerPort }) => {
    if (!existsSync(program)) throw new Error(`Bifrost's program is not at ${program}.`);
    const port = await freePort();
    const place = scratch('bifrost');
    writeFileSync(join(place.directory, 'config.json'), configOf(providerPort));
    const args = ['-host', '127.0.0.1', '-port', String(port), '-app-dir', place.directory, '-log-level', 'error'];
    const child = await startChild({ name: 'bifrost', program, args }, `http://127.0.0.1:${port}/health`);
    const stop = async (): Promise<void> => {
      await child.stop();
      place.remove();
    };
    return { ...child, port, version: '', headers: () => ({}), model: (plan) => `openai/${plan}`, stop };
  },
};

function configOf(providerPort: number): string {
  return JSON.stringify({
    client: { initial_pool_size: 5000, enable_logging: false, drop_excess_requests: false },
    config_store: { enabled: false },
    logs_store: { enabled: false },
    providers: {
      openai: {
        keys: [{ name: 'bench', value: 'sk-bench', models: [], weight: 1 }],
        network_config: { base_url: `http://127.0.0.1:${providerPort}` },
        concurrency_and_buffer_size: { concurrency: 1000, buffer_size: 5000 },
      },
    },
  });
}

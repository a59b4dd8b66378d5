import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workshop } from '../binary.ts';
import { freePort, startChild } from '../child.ts';
import { type Contender, relays, translators } from '../contender.ts';
import type { Dialect } from '../requests.ts';

const home = join(workshop, 'portkey/node_modules/@portkey-ai/gateway');

export const portkey: Contender = {
  id: 'portkey',
  title: 'Portkey gateway',
  settings:
    'npm package, one process of Node as its deployment page starts it, without console (--headless), NODE_ENV=production (https://github.com/Portkey-AI/gateway/blob/main/docs/installation-deployments.md); neither keys nor budgets, which its hosted edition has',
  // It knows Messages only where the provider does: what it translates, it translates from Chat Completions.
  pairs: [...relays, ...translators.filter(({ caller, provider }) => caller === 'openai-chat' && caller !== provider)],
  perSecondMax: 200,
  start: async ({ providerPort }) => {
    const program = join(home, 'build/start-server.js');
    if (!existsSync(program)) throw new Error('Portkey is not installed (bash bench/rig/install.sh).');
    const port = await freePort();
    const args = [program, `--port=${port}`, '--headless'];
    const env = { NODE_ENV: 'production', ENVIRONMENT: 'production', TRUSTED_CUSTOM_HOSTS: '127.0.0.1' };
    const child = await startChild(
      { name: 'portkey', program: process.execPath, args, env },
      `http://127.0.0.1:${port}/`,
    );
    const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string };
    const headers = (provider: Dialect) => ({
      authorization: 'Bearer sk-bench',
      'x-portkey-provider': provider === 'openai-chat' ? 'openai' : 'anthropic',
      'x-portkey-custom-host': `http://127.0.0.1:${providerPort}/v1`,
    });
    return { ...child, port, version, headers, model: (plan) => plan };
  },
};

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../binary.ts';
import { freePort, scratch, startChild } from '../child.ts';
import { type Contender, callerKey, type Running, translators } from '../contender.ts';
import type { Dialect } from '../requests.ts';
import type { Stage } from '../stage.ts';
import { configText, type Size } from './tollgate-config.ts';

const alone: Size = { keys: 1, routes: 0 };

export const tollgateL0: Contender = {
  id: 'tollgate-l0',
  title: 'Tollgate L0: relay and keys',
  settings: 'bench/rig/tollgate-level.ts: the data plane alone; what would be journaled is thrown away, no log',
  pairs: translators,
  start: (stage) => startTollgate(stage, ['bench/rig/tollgate-level.ts', 'L0'], alone),
};

export const tollgateL1: Contender = {
  id: 'tollgate-l1',
  title: 'Tollgate L1: and metering and journal',
  settings: 'bench/rig/tollgate-level.ts: the same with the journal on disk as it is by default; no database',
  pairs: translators,
  start: (stage) => startTollgate(stage, ['bench/rig/tollgate-level.ts', 'L1'], alone),
};

export const tollgateL2: Contender = {
  id: 'tollgate-l2',
  title: 'Tollgate L2: all of it',
  settings:
    'src/main.ts serve with its defaults and embedded Postgres; the key has two budgets and three limits, log and metrics are as shipped',
  pairs: translators,
  start: (stage) => startTollgate(stage, serve, alone),
};

/** Only where many keys and routes are asked for. */
export const tollgateCrowded: Contender = {
  ...tollgateL2,
  id: 'tollgate-crowded',
  title: 'Tollgate L2, 1,000 keys and 200 routes',
  start: (stage) => startTollgate(stage, serve, { keys: 1000, routes: 200 }),
};

const serve = ['src/main.ts', 'serve'];

async function startTollgate(stage: Stage, entry: readonly string[], size: Size): Promise<Running> {
  const place = scratch('tollgate');
  const start = () => startIn(place.directory, stage, entry, size);
  const running = await start();
  let now = running;
  return {
    ...running,
    get pid() {
      return now.pid;
    },
    get readyMs() {
      return now.readyMs;
    },
    get port() {
      return now.port;
    },
    again: async () => {
      await now.stop();
      now = await start();
    },
    stop: async () => {
      await now.stop();
      place.remove();
    },
  };
}

/** In a directory that may hold the data of an earlier run. */
async function startIn(directory: string, { providerPort }: Stage, entry: readonly string[], size: Size) {
  const port = await freePort();
  const config = join(directory, 'tollgate.yaml');
  writeFileSync(config, configText({ directory, port, providerPort }, size));
  const args = [...entry, '--config', config];
  const command = { name: 'tollgate', program: process.execPath, args, cwd: root };
  const child = await startChild(command, `http://127.0.0.1:${port}/ready`);
  const model = (plan: string, provider: Dialect) => (provider === 'openai-chat' ? `fake/${plan}` : `claude/${plan}`);
  const headers = () => ({ authorization: `Bearer ${callerKey}` });
  return { ...child, port, version: versionOf(), headers, model };
}

function versionOf(): string {
  return execFileSync('git', ['describe', '--always', '--dirty'], { cwd: root, encoding: 'utf8' }).trim();
}

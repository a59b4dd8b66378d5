/**
 * `npm run bench:routes`: what a route of ten targets costs beside the same model called directly, in one process and one
 * run: processor time of a request, divided by that of a direct one of the same round. Then `decide` alone.
 *
 * --rounds N        default 4
 * --strategies a,b  default cheapest,balanced,weighted
 * --profile DIR     Tollgate writes a .cpuprofile into DIR when it ends
 */
import { parseArgs } from 'node:util';
import { type Contender, startTollgate } from './contender.ts';
import { measure, type Rig, rows, warmUp } from './rounds.ts';
import { decideMicros } from './routing/decide-time.ts';
import { modelName } from './script.ts';
import { Worker } from './worker.ts';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '4' },
    strategies: { type: 'string', default: 'cheapest,balanced,weighted' },
    profile: { type: 'string' },
  },
});
const strategies = options.strategies.split(',');
const targets = 10;
const connections = 32;
const asked = rows.filter(({ id }) => id === 'chat' || id === 'stream');

const provider = await Worker.start('fake-provider');
const load = await Worker.start('load');
const tollgate = await startTollgate(provider.port, {
  config: configuration(provider.port),
  profileDir: options.profile,
});
try {
  const rig: Rig = { provider, load, connections };
  const direct: Contender = { ...tollgate, name: 'direct' };
  const routes = strategies.map((strategy): Contender => ({ ...tollgate, name: strategy, model: `ten-${strategy}` }));
  for (const row of asked) for (const each of [direct, ...routes]) await warmUp(rig, row, each);
  for (const row of asked) {
    const ratios = new Map<string, number[]>(strategies.map((name) => [name, []]));
    const base: number[] = [];
    for (let round = 1; round <= Number(options.rounds); round++) {
      const order = round % 2 === 1 ? [direct, ...routes] : [...routes.toReversed(), direct];
      const micros = new Map<string, number>();
      for (const each of order) micros.set(each.name, (await measure(rig, row, each, round)).ownMicros);
      const least = micros.get('direct') ?? Number.NaN;
      base.push(least);
      for (const name of strategies) ratios.get(name)?.push((micros.get(name) ?? Number.NaN) / least);
    }
    console.log(`\n${row.title}: direct ${median(base).toFixed(0)} µs`);
    for (const [name, each] of ratios) console.log(`  ${name}, ${targets} targets: ${text(each)}`);
  }
} finally {
  await tollgate.stop();
  provider.stop();
  load.stop();
}
console.log('\ndecide alone, ten targets, all measured:');
for (const [kind, micros] of decideMicros(targets)) console.log(`  ${kind}: ${micros.toFixed(1)} µs`);

function text(ratios: readonly number[]): string {
  const [low, high] = [Math.min(...ratios), Math.max(...ratios)];
  return `${median(ratios).toFixed(3)} of direct (${low.toFixed(3)} to ${high.toFixed(3)})`;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return ((sorted[Math.floor(half - 0.5)] ?? 0) + (sorted[Math.floor(half)] ?? 0)) / 2;
}

/** Ten providers at one address, at ten prices: each has something to be chosen by. */
function configuration(port: number): object {
  const names = ['fake', ...Array.from({ length: targets - 1 }, (_, i) => `fake-${i}`)];
  const entry = {
    type: 'openai-compatible',
    baseUrl: `http://127.0.0.1:${port}/v1`,
    apiKey: 'sk-bench',
    models: [modelName],
  };
  const model = (i: number) => ({
    price: { input: (100 + i) / 1000, output: (400 + i) / 1000, cacheRead: 0.01 },
    contextTokens: 131_072,
  });
  return {
    providers: Object.fromEntries(names.map((name) => [name, entry])),
    models: Object.fromEntries(names.map((name, i) => [`${name}/${modelName}`, model(i)])),
    routes: Object.fromEntries(
      strategies.map((strategy) => [
        `ten-${strategy}`,
        { strategy, targets: names.map((name) => `${name}/${modelName}`) },
      ]),
    ),
  };
}

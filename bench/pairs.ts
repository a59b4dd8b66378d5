/**
 * `npm run bench:pairs`: what a translation costs beside a relay, for every pair of dialects: the processor time of one
 * request of a client's dialect to a provider of another, divided by that of the same client to a provider of its own.
 *
 * --rounds N     default 2; the least of the rounds counts, since noise only adds
 */
import { parseArgs } from 'node:util';
import type { Dialect } from '../src/dialects/dialect.ts';
import { type Contender, startTollgate } from './contender.ts';
import type { LoadResult, Order } from './load.ts';
import { dialectList, pairRequest, providerTypes } from './pairs-script.ts';
import { processorTime, quiet } from './processor-time.ts';
import { modelName, type Shape } from './script.ts';
import { Worker } from './worker.ts';

const { values: options } = parseArgs({ options: { rounds: { type: 'string', default: '2' } } });
const amounts: Readonly<Record<Shape, Pick<Order, 'durationMs' | 'requestsMax' | 'connections'>>> = {
  chat: { durationMs: 900, requestsMax: 5000, connections: 16 },
  stream: { durationMs: 900, requestsMax: 1000, connections: 8 },
};

const provider = await Worker.start('pairs-provider');
const load = await Worker.start('load');
const tollgate = await startTollgate(provider.port, { config: configuration(provider.port) });
const micros = new Map<string, number>();
try {
  await everyPair((client, upstream, shape) => run(client, upstream, shape, 300));
  for (let round = 0; round < Number(options.rounds); round++) await everyPair(measure);
} finally {
  await tollgate.stop();
  provider.stop();
  load.stop();
}
for (const shape of ['chat', 'stream'] as const) console.log(table(shape));

async function everyPair(each: (client: Dialect, upstream: Dialect, shape: Shape) => Promise<unknown>): Promise<void> {
  for (const shape of ['chat', 'stream'] as const)
    for (const client of dialectList) for (const upstream of dialectList) await each(client, upstream, shape);
}

async function measure(client: Dialect, upstream: Dialect, shape: Shape): Promise<void> {
  const before = processorTime(tollgate.pid);
  const { requests } = await run(client, upstream, shape);
  const after = await quiet(tollgate.pid, 1500);
  const spent = ((after.ownMs - before.ownMs) / requests) * 1000;
  const name = cell(client, upstream, shape);
  micros.set(name, Math.min(spent, micros.get(name) ?? Number.POSITIVE_INFINITY));
}

async function run(
  client: Dialect,
  upstream: Dialect,
  shape: Shape,
  durationMs = amounts[shape].durationMs,
): Promise<LoadResult> {
  const model = `${providerId(upstream)}/${modelName}`;
  const request = pairRequest(client, shape, model, (tollgate satisfies Contender).key).toString('base64');
  const order: Order = { port: tollgate.port, request, ...amounts[shape], durationMs };
  const result = (await load.ask(order, 30_000)) as LoadResult;
  if (result.failures > 0) throw new Error(`${client.id} to ${upstream.id}, ${shape}: ${result.failure}`);
  return result;
}

function cell(client: Dialect, upstream: Dialect, shape: Shape): string {
  return `${client.id} ${upstream.id} ${shape}`;
}

/** A name that is no vendor's. */
function providerId({ id }: Dialect): string {
  return `bench-${id}`;
}

function configuration(port: number): object {
  const names = dialectList.map((dialect) => [providerId(dialect), dialect.id] as const);
  const entry = (type: string) => ({ type, apiKey: 'sk-bench-provider', models: [modelName] });
  const prefix = (type: string) => (/^(openai|responses)-/.test(type) ? '/v1' : '');
  const price = { input: 0.1, output: 0.4 };
  return {
    providers: Object.fromEntries(
      names.map(([name, id]) => {
        const type = providerTypes[id];
        return [name, { ...entry(type), baseUrl: `http://127.0.0.1:${port}${prefix(type)}` }];
      }),
    ),
    models: Object.fromEntries(names.map(([name]) => [`${name}/${modelName}`, { price, contextTokens: 131_072 }])),
  };
}

function table(shape: Shape): string {
  const head = ['client \\ provider', ...dialectList.map(({ id }) => id)];
  const lines = dialectList.map((client) => {
    const relay = micros.get(cell(client, client, shape)) ?? Number.NaN;
    const ratios = dialectList.map((upstream) => {
      const own = upstream === client;
      return own ? '1' : ((micros.get(cell(client, upstream, shape)) ?? Number.NaN) / relay).toFixed(2);
    });
    return [client.id, ...ratios];
  });
  const rows = [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`);
  return `\n${shape === 'chat' ? 'A chat of 1.5 kB' : 'A stream of 100 chunks'}, translation to relay:\n\n${rows.join('\n')}`;
}

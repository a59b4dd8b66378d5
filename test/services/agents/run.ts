/** One cell of the table: an agent in a home of its own, on a provider of one dialect, through the real gateway. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestGateway } from '../../harness/gateway.ts';
import { GatewayProcess } from '../../harness/gateway-process.ts';
import { until } from '../../until.ts';
import { type Agent, runAgent } from './agent.ts';
import type { Upstream } from './asked.ts';
import { type Brain, fileName, fileText } from './brain.ts';
import { startNotingProxy } from './noting-proxy.ts';

export interface Bench {
  readonly gateway: TestGateway;
  readonly brain: Brain;
}

/** What went wrong, one line each: none means that the agent did its whole task. */
export async function runCell({ gateway, brain }: Bench, agent: Agent, upstream: Upstream): Promise<readonly string[]> {
  const home = mkdtempSync(join(tmpdir(), `tollgate-${agent.id}-`));
  const folder = join(home, 'work');
  mkdirSync(folder);
  const proxy = await startNotingProxy();
  try {
    await point(gateway, agent, upstream, home);
    const { code, stdout, stderr } = await runAgent(agent, home, folder, proxy.url);
    const asked = brain.of(upstream, agent.id);
    const strangers = proxy.hosts.filter((host) => agent.alsoAsks?.test(host) !== true);
    const words = `\n${stdout}\n${stderr}`.slice(-3_000);
    return [
      ...brain.wrongIn(upstream, agent.id),
      ...(code === 0 ? [] : [`it ended with ${code ?? 'a signal'}:${words}`]),
      ...(readNote(folder) === fileText ? [] : [`the file is not there as it was dictated:${words}`]),
      ...(stdout.includes('PONG') ? [] : [`it did not say PONG:${words}`]),
      ...(asked.some(({ asked: { results } }) => results.length > 0) ? [] : ['no tool result came to the provider']),
      ...(asked.every(({ asked: { hasInstructions } }) => hasInstructions) ? [] : ['the instructions got lost']),
      ...strangers.map((host) => `it asked ${host}`),
      ...(await wrongRows(gateway, routeOf(agent, upstream), asked.length)),
    ];
  } finally {
    await proxy.close();
    rmSync(home, { recursive: true, force: true });
  }
}

export const routeOf = ({ route }: Agent, upstream: Upstream): string => `${route}-on-${upstream}`;

async function point(gateway: TestGateway, agent: Agent, upstream: Upstream, home: string): Promise<void> {
  const options = ['--url', gateway.url, '--model', routeOf(agent, upstream), '--home', home];
  const connect = new GatewayProcess(['connect', agent.client, '--write', '--only-here', ...options], {
    TOLLGATE_KEY: gateway.key,
  });
  const { code } = await connect.ended;
  if (code !== 0) throw new Error(`tollgate connect ${agent.client} ended with ${code}:\n${connect.output}`);
}

function readNote(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, fileName), 'utf8');
  } catch {
    return undefined;
  }
}

/** One row for each request, each of them whole. */
async function wrongRows(gateway: TestGateway, route: string, requests: number): Promise<readonly string[]> {
  const rowsOf = async () => (await gateway.usageRows()).filter((row) => row.requested_model === route);
  const all = async () => ((await rowsOf()).length >= requests ? true : undefined);
  await until(`${requests} rows of ${route}`, all, 15_000).catch(() => {});
  const rows = await rowsOf();
  const broken = rows.filter(({ status }) => status !== 'completed');
  return [
    ...(rows.length === requests ? [] : [`${requests} requests have ${rows.length} usage rows`]),
    ...broken.map(({ status, request_id }) => `the usage row of ${request_id} says ${status}`),
  ];
}

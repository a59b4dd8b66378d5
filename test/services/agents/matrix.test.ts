/**
 * Real agents do a task with a tool call, each on a provider of each dialect, through the real gateway, pointed there
 * by `tollgate connect --write`. docs/agents.md says what came of it; `npm run agents` writes it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { upstreamKey } from '../../harness/fake-providers.ts';
import { startGateway } from '../../harness/gateway.ts';
import { agents } from './agent.ts';
import type { Upstream } from './asked.ts';
import { Brain } from './brain.ts';
import { renderPage } from './page.ts';
import { type Bench, routeOf, runCell } from './run.ts';

const upstreams: readonly Upstream[] = ['openai-chat', 'openai-responses', 'anthropic', 'gemini', 'bedrock-converse'];
const cells = agents.flatMap((agent) =>
  upstreams.filter((upstream) => (agent.only ?? upstream) === upstream).map((upstream) => ({ agent, upstream })),
);
const page = new URL('../../../docs/agents.md', import.meta.url);
const passed = new Map<string, boolean>();

let bench: Bench;
beforeAll(async () => {
  if (inject('clientsProblem') !== '') throw new Error(inject('clientsProblem'));
  const brain = new Brain(upstreamKey);
  await brain.start();
  bench = { brain, gateway: await startGateway({ config: configFor(brain.url) }) };
});
afterAll(async () => {
  await bench?.gateway.stop();
  await bench?.brain.close();
});

/** A provider for each dialect, a model for each agent, and a route to each pair. */
function configFor(url: string) {
  const apiKey = upstreamKey;
  const price = { input: 1, output: 2 };
  return {
    providers: {
      'openai-chat': { type: 'openai-compatible', baseUrl: `${url}/v1`, apiKey },
      'openai-responses': { type: 'responses-compatible', baseUrl: `${url}/v1`, apiKey },
      anthropic: { type: 'anthropic-compatible', baseUrl: url, apiKey },
      gemini: { type: 'gemini-compatible', baseUrl: `${url}/v1beta`, apiKey },
      'bedrock-converse': { type: 'bedrock-compatible', baseUrl: url, apiKey },
    },
    models: Object.fromEntries(cells.map(({ agent, upstream }) => [`${upstream}/${agent.id}`, { price }])),
    routes: Object.fromEntries(
      cells.map(({ agent, upstream }) => [routeOf(agent, upstream), { targets: [`${upstream}/${agent.id}`] }]),
    ),
  };
}

describe('an agent pointed here does a task with a tool call', () => {
  it.concurrent.each(cells.map((cell) => [cell.agent.id, cell.upstream, cell] as const))(
    '%s on %s',
    // An agent may lose the output of a command that it ran itself; asked again, it has it.
    { retry: 1 },
    async (_, upstream, { agent }) => {
      passed.set(routeOf(agent, upstream), false);
      expect(await runCell(bench, agent, upstream)).toEqual([]);
      passed.set(routeOf(agent, upstream), true);
    },
  );
});

describe('the page', () => {
  it('docs/agents.md says what happened (UPDATE_AGENTS=1 writes it)', () => {
    const text = renderPage(agents, upstreams, (agent, upstream) => passed.get(routeOf(agent, upstream)) === true);
    if (process.env.UPDATE_AGENTS === '1') writeFileSync(page, text);
    expect(readFileSync(page, 'utf8')).toBe(text);
  });
});

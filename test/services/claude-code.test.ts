/**
 * The real `claude` command-line agent does a task with a tool call: directly at a fake provider, then through the
 * gateway on a provider of its own dialect and on one of the other. Nothing but the gateway can be reached: every other
 * host is behind a proxy that does not exist.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { always } from '../fakes/persona-script.ts';
import { toolLoop } from '../fakes/personas.ts';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { fakeProviders, upstreamKey } from '../harness/fake-providers.ts';
import { startGateway, type TestGateway } from '../harness/gateway.ts';
import { agentPath } from './clients.ts';

const model = 'claude-opus-5-5';
const runMsMax = 90_000;

/** Asks for one command by the agent's own tool, checks what came back, and repeats it. */
const worker = toolLoop({
  turns: 1,
  calls: () => [{ name: 'Bash', args: { command: 'echo PONG-$((6*7))', description: 'Says pong' } }],
  check: (result) => (result.includes('PONG-42') ? undefined : result),
  final: (results) => `The command said: ${results.join()}`,
});

let upstream: Upstream;
beforeAll(() => {
  if (inject('clientsProblem') !== '') throw new Error(inject('clientsProblem'));
});
beforeEach(async () => {
  // Requests without tools are the agent's own small errands (a title, a summary).
  const script = always((conversation, violated) =>
    conversation.tools.some((tool) => tool.name === 'Bash')
      ? worker(conversation, violated)
      : { say: { text: 'A title' } },
  );
  upstream = await startUpstream({ key: upstreamKey, script });
});
afterEach(() => upstream.close());

describe('the claude agent', () => {
  it('does its task directly at a provider of its dialect', async () => {
    expectTaskDone(await runClaude(upstream.url, upstreamKey));
  });

  it.each(['an', 'oa'])('does its task through the gateway on provider %s', async (provider) => {
    const gateway = await startGateway({
      config: { ...fakeProviders(upstream, ['agent']), routes: { [model]: { targets: [`${provider}/agent`] } } },
    });
    try {
      expectTaskDone(await runClaude(gateway.url, gateway.key));
      await expectUsage(gateway, provider);
    } finally {
      await gateway.stop();
    }
  });
});

/** As its users set it up for Amazon Bedrock: InvokeModel, streams in chunks, and a bearer key of Bedrock's kind. */
describe('the claude agent in its Bedrock mode', () => {
  const profile = 'us.anthropic.claude-opus-5-5';

  it.each(['an', 'oa'])('does its task through the gateway on provider %s', async (provider) => {
    const gateway = await startGateway({
      config: { ...fakeProviders(upstream, ['agent']), routes: { [profile]: { targets: [`${provider}/agent`] } } },
    });
    try {
      const env = {
        CLAUDE_CODE_USE_BEDROCK: '1',
        ANTHROPIC_BEDROCK_BASE_URL: gateway.url,
        AWS_BEARER_TOKEN_BEDROCK: gateway.key,
        AWS_REGION: 'us-east-1',
      };
      expectTaskDone(await runAgent(env, profile));
      await expectUsage(gateway, provider, profile);
    } finally {
      await gateway.stop();
    }
  });
});

interface ClaudeRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function expectTaskDone(run: ClaudeRun): void {
  expect(upstream.violations).toEqual([]);
  expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: '' });
  const result = JSON.parse(run.stdout) as { is_error: boolean; result: string };
  expect(result).toMatchObject({ is_error: false, result: expect.stringContaining('PONG-42') });
  const last = upstream.chats.at(-1)?.body.toString() ?? '';
  expect(last).toContain('PONG-42');
}

async function expectUsage(gateway: TestGateway, provider: string, requested = model): Promise<void> {
  const asked = upstream.chats.filter((call) => call.model === 'agent').length;
  const rows = (await gateway.waitForUsage(asked)).filter((row) => row.served_model === `${provider}/agent`);
  expect(rows).toHaveLength(asked);
  for (const row of rows)
    expect(row).toMatchObject({ status: 'completed', requested_model: requested, client_dialect: 'anthropic' });
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function runClaude(baseUrl: string, key: string): Promise<ClaudeRun> {
  return runAgent({ ANTHROPIC_BASE_URL: baseUrl, ANTHROPIC_AUTH_TOKEN: key });
}

function runAgent(env: Readonly<Record<string, string>>, name = model): Promise<ClaudeRun> {
  const home = mkdtempSync(join(tmpdir(), 'tollgate-claude-'));
  folders.push(home);
  const args = [
    '-p',
    'Run the command and tell me what it says.',
    '--output-format',
    'json',
    '--allowedTools',
    'Bash',
    '--model',
    name,
  ];
  const child = spawn(agentPath('claude'), args, {
    cwd: home,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: home,
      ...env,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      HTTPS_PROXY: 'http://127.0.0.1:9',
      HTTP_PROXY: 'http://127.0.0.1:9',
      NO_PROXY: '127.0.0.1',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), runMsMax);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code, stdout, stderr });
    });
  });
}

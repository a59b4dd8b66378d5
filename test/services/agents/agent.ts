/**
 * Command-line agents, each as a person starts it for one task without questions. What points them at the gateway
 * is in their own files, which `tollgate connect --write` wrote; here stands only what belongs to the run.
 */
import { spawn } from 'node:child_process';
import { agentPath } from '../clients.ts';
import type { Upstream } from './asked.ts';

export interface Agent {
  /** Names the model that its provider is asked for. */
  readonly id: string;
  /** As `tollgate connect` names it. */
  readonly client: string;
  readonly title: string;
  /** How its routes begin: some agents offer other tools to models that they know by name. */
  readonly route: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The host that it asks whatever its settings say. */
  readonly alsoAsks?: RegExp;
  /** Run on a provider of this dialect alone; absent: on all. */
  readonly only?: Upstream;
}

const task = 'Write the file as you were told, then say PONG.';
// The machine of a test has no sandbox of its own to give.
const codexArgs = ['exec', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox', task];
const codex = { client: 'codex', args: codexArgs };

export const agents: readonly Agent[] = [
  {
    id: 'claude',
    client: 'claude',
    title: 'Claude Code',
    route: 'claude',
    args: ['-p', task, '--allowedTools', 'Bash'],
  },
  { ...codex, id: 'codex', title: 'Codex, tools in namespaces', route: 'codex' },
  { ...codex, id: 'codex-patch', title: 'Codex, a tool that takes free text', route: 'gpt-5.5' },
  { ...codex, id: 'codex-code', title: 'Codex, tools among the messages', route: 'gpt-6.1-sol' },
  {
    id: 'gemini',
    client: 'gemini',
    title: 'Gemini CLI',
    route: 'gemini',
    args: ['--yolo', '-p', task],
    env: { GEMINI_CLI_TRUST_WORKSPACE: 'true' },
  },
  {
    id: 'opencode',
    client: 'opencode',
    title: 'OpenCode',
    route: 'opencode',
    args: ['run', task],
    env: { OPENCODE_DISABLE_MODELS_FETCH: '1' },
    // For plugins, which no setting turns off; it does without.
    alsoAsks: /^registry\.npmjs\.org:443$/,
  },
  {
    id: 'continue',
    client: 'continue',
    title: 'Continue',
    route: 'continue',
    only: 'anthropic',
    args: ['-p', '--auto', task],
    env: { CONTINUE_TELEMETRY_ENABLED: '0' },
  },
  {
    id: 'qwen',
    client: 'qwen',
    title: 'Qwen Code',
    route: 'qwen',
    only: 'gemini',
    args: ['--yolo', '-p', task],
    // It would send what is for the gateway to the proxy too.
    env: { HTTPS_PROXY: '', HTTP_PROXY: '' },
  },
  {
    id: 'pi',
    client: 'pi',
    title: 'pi',
    route: 'pi',
    only: 'openai-responses',
    args: ['-p', task],
    env: { PI_OFFLINE: '1' },
  },
];

export interface AgentRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const runMsMax = 90_000;

export function runAgent(agent: Agent, home: string, folder: string, proxy: string): Promise<AgentRun> {
  const child = spawn(agentPath(agent.client), agent.args, {
    cwd: folder,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: home,
      // Whatever is not for the gateway goes to a proxy that notes it and refuses.
      HTTPS_PROXY: proxy,
      HTTP_PROXY: proxy,
      NO_PROXY: '127.0.0.1,localhost',
      ...agent.env,
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

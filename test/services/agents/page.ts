import { agentPackages } from '../clients.ts';
import type { Agent } from './agent.ts';
import type { Upstream } from './asked.ts';

const names: Readonly<Record<Upstream, string>> = {
  'openai-chat': 'OpenAI Chat',
  'openai-responses': 'OpenAI Responses',
  anthropic: 'Anthropic Messages',
  gemini: 'Gemini',
  'bedrock-converse': 'Bedrock Converse',
};

/** docs/agents.md, without a date: it changes when something changes. */
export function renderPage(
  agents: readonly Agent[],
  upstreams: readonly Upstream[],
  hasPassed: (agent: Agent, upstream: Upstream) => boolean,
): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rows = agents.map((agent) => {
    const { package: name, version } = agentPackages[agent.client] ?? { package: '', version: '' };
    const cells = upstreams.map((upstream) => {
      if ((agent.only ?? upstream) !== upstream) return 'not run';
      return hasPassed(agent, upstream) ? 'passed' : 'failed';
    });
    return row([agent.title, `${name} ${version}`, ...cells]);
  });
  return `# Agents

Real command-line agents, each on a provider of each dialect, through Tollgate, without the internet. Written by
\`npm run agents\` from the runs themselves; do not edit it by hand.

${[row(['Agent', 'Version', ...upstreams.map((upstream) => names[upstream])]), row(['---', '---', ...upstreams.map(() => '---')]), ...rows].join('\n')}

Each run begins in an empty home directory with \`tollgate connect AGENT --write --only-here\`. The provider is a script
that speaks its dialect as the real service does: it streams text and a call of the tool that the agent offers for its
shell, and, when the result has come back, the end. A run has passed when

- the agent ended with exit code 0 and said what the provider said last,
- the file that the call dictated is there, byte for byte,
- the agent's instructions and the tool's result came to the provider, and the provider found nothing to refuse,
- each request has one usage row, and all are complete,
- no other host was asked for. OpenCode asks the npm registry for its plugins, gets no answer, and goes on. Qwen Code
  takes no notice of NO_PROXY, so that its other calls could not be watched.
`;
}

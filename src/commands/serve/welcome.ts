/** What a person reads when Tollgate has started: everything for a first call once, one line ever after. */

/** Shown at the first start, and never again. */
export interface First {
  /** For calling models. */
  readonly key: string;
  /** The dashboard's address with a link for its first owner, which works once. */
  readonly dashboard: string;
}

/** `First` is absent on later starts. */
export interface Welcome extends Partial<First> {
  readonly version: string;
  readonly url: string;
  /** Names of the providers that are turned on, without the built-in one. */
  readonly providers: readonly string[];
  /** How the command line finds the same installation: `--config tollgate.yaml`, or nothing. */
  readonly options: string;
}

export function renderWelcome(welcome: Welcome): string {
  const { version, url, key, dashboard } = welcome;
  const line = `Tollgate ${version} is listening at ${url}\n`;
  if (key === undefined || dashboard === undefined) return line;
  return `${line}\n${renderFirstSteps({ ...welcome, key, dashboard })}\n`;
}

function renderFirstSteps({ url, key, dashboard, providers, options }: Welcome & First): string {
  const claudeModel = providers.includes('anthropic') ? '' : ' --model mock/echo';
  const tollgate = (command: string) => ['npx tollgate', command, options].filter(Boolean).join(' ');
  return `The dashboard. This link makes you its owner, once, within 24 hours (${tollgate('admin link')} prints another):

  ${dashboard}

Your first key. It is shown only now; Tollgate keeps nothing but its hash:

  ${key}

First call, to a built-in model that needs no provider:

  curl ${url}/v1/chat/completions \\
    -H "Authorization: Bearer ${key}" -H "Content-Type: application/json" \\
    -d '{"model": "mock/echo", "messages": [{"role": "user", "content": "Hello, Tollgate!"}]}'

OpenAI SDK for Node:

  const client = new OpenAI({ baseURL: "${url}/v1", apiKey: "${key}" });

OpenAI SDK for Python:

  client = OpenAI(base_url="${url}/v1", api_key="${key}")

Claude Code:

  ANTHROPIC_BASE_URL=${url} ANTHROPIC_AUTH_TOKEN=${key} claude${claudeModel}

Codex (or gemini, opencode, continue, qwen, pi), written into its settings with a copy of what was there:

  ${tollgate('connect codex --write')} --key ${key} --model mock/echo

${renderProviders(providers, tollgate('models'))}

Keys:   ${tollgate('keys create NAME')}    (also keys list, keys revoke NAME)
Usage:  ${tollgate('usage')}
Check:  ${tollgate('doctor')}`;
}

function renderProviders(providers: readonly string[], modelsCommand: string): string {
  if (providers.length > 0) return `Providers that are on: ${providers.join(', ')}. Their models: ${modelsCommand}`;
  return 'No provider is on yet: set OPENAI_API_KEY, ANTHROPIC_API_KEY or another one and start again.';
}

/** What a person reads when Tollgate has started: everything for a first call once, one line ever after. */

export interface Welcome {
  readonly version: string;
  readonly url: string;
  /** Shown now and never again; absent on later starts. */
  readonly key?: string;
  /** Names of the providers that are turned on, without the built-in one. */
  readonly providers: readonly string[];
  /** How the command line finds the same installation: `--config tollgate.yaml`, or nothing. */
  readonly options: string;
}

export function renderWelcome(welcome: Welcome): string {
  const { version, url, key } = welcome;
  const line = `Tollgate ${version} is listening at ${url}\n`;
  return key === undefined ? line : `${line}\n${renderFirstSteps({ ...welcome, key })}\n`;
}

function renderFirstSteps({ url, key, providers, options }: Welcome & { readonly key: string }): string {
  const claudeModel = providers.includes('anthropic') ? '' : ' --model mock/echo';
  const tollgate = (command: string) => ['npx tollgate', command, options].filter(Boolean).join(' ');
  return `Your first key. It is shown only now; Tollgate keeps nothing but its hash:

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

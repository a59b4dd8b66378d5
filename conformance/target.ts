/** Which provider is tried: a vendor by its file, with its key from the environment, or an address. */
import type { ActiveProvider } from '../src/config/active-provider.ts';
import { activeProviders } from '../src/config/names.ts';
import { ConfigError, parseConfig } from '../src/config.ts';
import { systemClock } from '../src/lib/clock.ts';
import { type Mock, startMock } from '../src/mock/mock.ts';
import { providers } from '../src/providers/index.ts';
import type { Provider } from '../src/providers/provider.ts';

export interface Target {
  readonly active: ActiveProvider;
  close(): Promise<void>;
}

export interface TargetOptions {
  readonly vendor?: string | undefined;
  readonly url?: string | undefined;
  readonly key?: string | undefined;
  /** Of the address: its wire format. */
  readonly dialect?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const typeOf: Readonly<Record<string, string>> = {
  'openai-chat': 'openai-compatible',
  anthropic: 'anthropic-compatible',
  'openai-responses': 'responses-compatible',
  gemini: 'gemini-compatible',
  'bedrock-converse': 'bedrock-compatible',
};

/** Throws Error with a sentence for the terminal. */
export async function openTarget(options: TargetOptions): Promise<Target> {
  if (options.vendor === 'mock') return mockTarget();
  const [name, entry] = options.vendor === undefined ? addressEntry(options) : [options.vendor, vendorEntry(options)];
  const registry = [...providers.values()];
  try {
    // JSON is YAML too.
    const text = JSON.stringify({ providers: { [name]: entry } });
    const config = parseConfig(text, { cwd: '/', env: options.env, registry, file: 'the command line' });
    const active = activeProviders(config, providers).find(({ id }) => id === name);
    if (active === undefined) throw new Error(`There is no provider ${name}.`);
    return { active, close: async () => {} };
  } catch (error) {
    throw error instanceof ConfigError
      ? new Error(error.problems.map(({ path, expected, remedy }) => `${path} ${expected}. ${remedy}`).join('\n'))
      : error;
  }
}

function vendorEntry({ key, url }: TargetOptions): object {
  return { ...(key !== undefined && { apiKey: key }), ...(url !== undefined && { baseUrl: url }) };
}

function addressEntry({ url, key, dialect = 'openai-chat' }: TargetOptions): [string, object] {
  const type = typeOf[dialect];
  if (type === undefined) throw new Error(`${dialect} is no dialect. There are: ${Object.keys(typeOf).join(', ')}.`);
  return ['target', { type, baseUrl: url, ...(key !== undefined && { apiKey: key }) }];
}

async function mockTarget(): Promise<Target> {
  const mock: Mock = await startMock({ clock: systemClock });
  const provider = providers.get('mock') as Provider;
  const active = { id: 'mock', provider, baseUrl: mock.baseUrl, secret: mock.secret, models: [] };
  return { active, close: () => mock.close() };
}

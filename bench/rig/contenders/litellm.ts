import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { workshop } from '../binary.ts';
import { freePort, scratch, startChild } from '../child.ts';
import { type Contender, translators } from '../contender.ts';

const program = join(workshop, 'litellm/bin/litellm');

/** Without a database: it holds keys there, so this is a master key alone, which costs it less. */
export const litellm: Contender = {
  id: 'litellm',
  title: 'LiteLLM proxy',
  settings:
    'set_verbose off, JSON logs, LITELLM_LOG=ERROR, LITELLM_MODE=PRODUCTION, master key, timeout 600 s (https://docs.litellm.ai/docs/proxy/prod); one worker, no database, so without its keys and budgets',
  pairs: translators,
  perSecondMax: 20,
  start: async ({ providerPort }) => {
    if (!existsSync(program)) throw new Error('LiteLLM is not installed (bash bench/rig/install.sh).');
    const port = await freePort();
    const place = scratch('litellm-config');
    const file = join(place.directory, 'config.yaml');
    writeFileSync(file, configOf(providerPort));
    const args = ['--config', file, '--host', '127.0.0.1', '--port', String(port), '--num_workers', '1'];
    const env = { LITELLM_MODE: 'PRODUCTION', LITELLM_LOG: 'ERROR', LITELLM_LOCAL_MODEL_COST_MAP: 'True' };
    const child = await startChild(
      { name: 'litellm', program, args, env },
      `http://127.0.0.1:${port}/health/liveliness`,
    );
    const stop = async (): Promise<void> => {
      await child.stop();
      place.remove();
    };
    const model = (plan: string, provider: string) => (provider === 'openai-chat' ? `fake/${plan}` : `claude/${plan}`);
    return {
      ...child,
      port,
      version: versionOf(),
      headers: () => ({ authorization: `Bearer ${masterKey}` }),
      model,
      stop,
    };
  },
};

const masterKey = 'sk-bench-000000000000000000000000';

/** JSON is YAML. */
function configOf(providerPort: number): string {
  const base = `http://127.0.0.1:${providerPort}`;
  return JSON.stringify({
    model_list: [
      { model_name: 'fake/*', litellm_params: { model: 'openai/*', api_base: `${base}/v1`, api_key: 'sk-bench' } },
      { model_name: 'claude/*', litellm_params: { model: 'anthropic/*', api_base: base, api_key: 'sk-bench' } },
    ],
    litellm_settings: {
      set_verbose: false,
      json_logs: true,
      request_timeout: 600,
      telemetry: false,
      use_chat_completions_url_for_anthropic_messages: true,
    },
    general_settings: { master_key: masterKey, disable_error_logs: true },
  });
}

function versionOf(): string {
  const script = "import importlib.metadata as m; print(m.version('litellm'))";
  return execFileSync(join(workshop, 'litellm/bin/python'), ['-c', script], { encoding: 'utf8' }).trim();
}

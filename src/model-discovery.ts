/** Asks a provider which models it has: with the key that requests use, and without spending anything. */
import { request } from 'undici';
import { ApiFailure } from './control/api/failure.ts';
import type { ModelDiscovery } from './control/models/tools.ts';
import { withSignature } from './gateway/upstream/signers.ts';
import { LlmFailure } from './llm/error.ts';
import { pathFor } from './providers/provider.ts';
import type { Credential } from './snapshot/snapshot.ts';

const timeoutMs = 15_000;
const bytesMax = 8 * 1024 * 1024;
const namesMax = 10_000;

export function modelDiscovery(credentials: () => readonly Credential[]): ModelDiscovery {
  return {
    async discover(provider) {
      const credential = credentials().find(({ id }) => id === provider);
      if (credential === undefined)
        throw new ApiFailure('conflict', `The provider ${provider.slice(0, 64)} is not turned on.`, {
          remedy: 'Add its key first.',
          path: 'provider',
        });
      return namesIn(await ask(credential), credential);
    },
  };
}

async function ask(credential: Credential): Promise<unknown> {
  const { provider, baseUrl, secret, settings } = credential;
  if (provider.modelsPath === undefined)
    throw new ApiFailure('conflict', `${provider.name} has no list of its models.`, { remedy: 'Add models by name.' });
  const url = `${baseUrl}${pathFor(provider.modelsPath, { model: '', stream: false, ...(settings && { settings }) })}`;
  const endpoint = Object.values(provider.speaks)[0];
  const fixed = {
    ...endpoint?.headers,
    ...(secret !== undefined && provider.auth.headers(secret)),
    ...credential.headers,
  };
  try {
    const headers = await withSignature({ method: 'GET', url, headers: fixed, body: Buffer.alloc(0) }, credential);
    const signal = AbortSignal.timeout(timeoutMs);
    const answer = await request(url, { headers, signal, headersTimeout: timeoutMs, bodyTimeout: timeoutMs });
    const text = await bounded(answer.body);
    if (answer.statusCode < 200 || answer.statusCode > 299)
      throw refused(credential, `it answered ${answer.statusCode}`);
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof ApiFailure) throw error;
    if (error instanceof SyntaxError) throw refused(credential, 'its answer is not JSON');
    if (error instanceof LlmFailure) throw refused(credential, 'there is nothing to sign in with');
    const code = (error as NodeJS.ErrnoException).code ?? (error as Error).name;
    throw refused(credential, `it cannot be reached (${code})`);
  }
}

/** The provider's own words stay here: they may quote the key. */
function refused({ id }: Credential, why: string): ApiFailure {
  return new ApiFailure('unavailable', `The provider ${id} did not say which models it has: ${why}.`, {
    remedy: 'Test its connection under Providers.',
    path: 'provider',
  });
}

async function bounded(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new SyntaxError('too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Vendors call the list and the name differently: `data[].id`, `models[].name`, `modelSummaries[].modelId`. */
function namesIn(answer: unknown, credential: Credential): readonly string[] {
  const list = lists(answer).find(Array.isArray) as readonly unknown[] | undefined;
  if (list === undefined) throw refused(credential, 'its answer has no list');
  const names = list.slice(0, namesMax).flatMap((entry) => nameOf(entry) ?? []);
  return [...new Set(names)].sort();
}

function lists(answer: unknown): readonly unknown[] {
  if (Array.isArray(answer)) return [answer];
  if (typeof answer !== 'object' || answer === null) return [];
  const { data, models, modelSummaries, result } = answer as Record<string, unknown>;
  return [data, models, modelSummaries, result];
}

function nameOf(entry: unknown): string | undefined {
  if (typeof entry === 'string') return plain(entry);
  if (typeof entry !== 'object' || entry === null) return undefined;
  const { id, modelId, name, model } = entry as Record<string, unknown>;
  const found = [id, modelId, name, model].find((value) => typeof value === 'string');
  return typeof found === 'string' ? plain(found) : undefined;
}

function plain(name: string): string | undefined {
  const bare = name.replace(/^models\//, '');
  return /^[^\s\p{Cc}]{1,256}$/u.test(bare) ? bare : undefined;
}

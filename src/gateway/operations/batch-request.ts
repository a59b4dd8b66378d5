/** The body that creates a batch: which models it asks, and its bytes in the provider's own names. */
import { objectIn } from '../../dialects/wire-object.ts';
import { parseJson, RawJson, readField, scanJson, spliceJson, stringifyJson } from '../../lib/json.ts';
import { invalidRequest, LlmFailure } from '../../llm/error.ts';
import { askOf, BatchAsks } from '../../operations/batch-lines.ts';
import { isResourceId } from '../../operations/resource-paths.ts';
import type { Key, Snapshot, Target } from '../../snapshot/snapshot.ts';
import { asRefusal } from '../body.ts';
import { findRoute } from '../route.ts';

/** The file with the requests of an OpenAI batch. Throws LlmFailure (invalid-request). */
export function inputFileOf(body: Buffer): string {
  try {
    const id = readField(scanJson(body), 'input_file_id');
    if (isResourceId(id)) return id;
  } catch (error) {
    throw asRefusal(error);
  }
  throw invalidRequest(
    'input_file_id is required: the id of a file that was uploaded with purpose "batch"',
    'input_file_id',
  );
}

export interface MessageBatch {
  readonly body: Buffer;
  readonly credential: string;
  /** As the provider names the models. */
  readonly asks: BatchAsks;
}

/**
 * Anthropic's batch has its requests inside. All of them go to one provider, whose names replace the caller's; bytes
 * stay as they are where no name has to change. Throws LlmFailure.
 */
export function readMessageBatch(
  body: Buffer,
  snapshot: Snapshot,
  key: Key,
  serves: (target: Target) => boolean,
): MessageBatch {
  const parsed = parseRequests(body);
  const named = new Map<string, Target>();
  for (const { model, at } of parsed.requests) {
    if (named.has(model)) continue;
    const target = findRoute(snapshot, key, model).targets.find(serves);
    if (target === undefined)
      throw invalidRequest(`${JSON.stringify(model)} is at no provider that takes batches of messages`, at);
    named.set(model, target);
  }
  const credentials = new Set([...named.values()].map(({ credential }) => credential.id));
  const [credential, ...others] = credentials;
  if (credential === undefined) throw invalidRequest('requests must be a non-empty array', 'requests');
  if (others.length > 0)
    throw invalidRequest(
      `The batch asks models of ${[...credentials].join(' and ')}; one batch goes to one provider`,
      'requests',
    );
  const wireName = (model: string) => named.get(model)?.model.target.name ?? model;
  const asks = new BatchAsks();
  for (const { model, scan } of parsed.requests) asks.add(askOf(wireName(model), objectIn(scan.body) ?? {}));
  const same = [...named.keys()].every((model) => wireName(model) === model);
  return { credential, asks, body: same ? body : parsed.renamed(wireName) };
}

function parseRequests(body: Buffer) {
  try {
    const tree = parseJson(body, ['params']);
    const list = Array.isArray(tree.requests) ? (tree.requests as unknown[]) : [];
    const requests = list.map((entry, i) => {
      const at = `requests[${i}].params.model`;
      const params = (entry as { params?: unknown } | null)?.params;
      if (typeof params !== 'string' || !params.startsWith('{'))
        throw invalidRequest(`requests[${i}].params must be an object`, at);
      const scan = scanJson(Buffer.from(params));
      const model = readField(scan, 'model');
      if (typeof model !== 'string' || model === '') throw invalidRequest(`${at} is required`, at);
      return { entry: entry as Record<string, unknown>, scan, model, at };
    });
    return {
      requests,
      renamed: (wireName: (model: string) => string) => {
        const renamed = requests.map(({ entry, scan, model }) => {
          const edits = [{ name: 'model', value: JSON.stringify(wireName(model)) }];
          return { ...entry, params: new RawJson(Buffer.concat(spliceJson(scan, edits)).toString('utf8')) };
        });
        return Buffer.from(stringifyJson({ ...tree, requests: renamed }));
      },
    };
  } catch (error) {
    if (error instanceof LlmFailure) throw error;
    throw asRefusal(error);
  }
}

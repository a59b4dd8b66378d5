/** Recorded requests out of a file of JSON lines: read one by one, and kept only as a score and what they cost. */
import { createReadStream } from 'node:fs';
import path from 'node:path';
import { stdin } from 'node:process';
import { createInterface } from 'node:readline';
import { dialects } from '../../dialects/index.ts';
import { estimateRequest } from '../../gateway/metering/input-estimate.ts';
import { systemClock } from '../../lib/clock.ts';
import { JsonRefused, parseJson } from '../../lib/json.ts';
import type { ChatRequest, DialectId } from '../../llm/chat.ts';
import { LlmFailure } from '../../llm/error.ts';
import { costNanoUsd } from '../../routing/estimate.ts';
import { smartInputOf } from '../../routing/smart/input.ts';
import type { ReplayedRequest } from '../../routing/smart/replay.ts';
import { chooseTier } from '../../routing/smart/tier.ts';
import type { Context } from '../context.ts';
import { CommandFailure, exitCodes } from '../outcome.ts';
import type { SmartTargets } from './replay-targets.ts';

interface Reading {
  readonly targets: SmartTargets;
  /** Of a request that does not say. */
  readonly outputTokens: number;
}

/** Throws CommandFailure, with the line, for what is no request. */
export async function readRequests(context: Context, file: string, reading: Reading): Promise<ReplayedRequest[]> {
  const input = file === '-' ? stdin : createReadStream(path.resolve(context.cwd, file));
  const requests: ReplayedRequest[] = [];
  let line = 0;
  try {
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      line++;
      if (text.trim() !== '') requests.push(readLine(text, reading));
    }
  } catch (error) {
    throw failureOf(error, file, line);
  }
  if (requests.length > 0) return requests;
  throw new CommandFailure(exitCodes.usage, `There is no request in ${file}.`, 'Write one JSON object per line.');
}

const nowMs = systemClock.nowMs();

function readLine(text: string, { targets, outputTokens }: Reading): ReplayedRequest {
  const bytes = Buffer.from(text);
  const row = parseJson(bytes);
  const wrapped = typeof row.body === 'object' && row.body !== null;
  const request = parseChat(wrapped ? Buffer.from(JSON.stringify(row.body)) : bytes, row.dialect);
  const inputTokens = estimateRequest(request);
  const { models, rules } = targets;
  const choice = chooseTier(smartInputOf(request, { inputTokensEstimate: inputTokens }), models.length, { rules });
  const said = typeof row.outputTokens === 'number' && row.outputTokens >= 0 ? row.outputTokens : undefined;
  const output = said ?? Math.min(outputTokens, request.maxTokens ?? outputTokens);
  return {
    score: choice.score,
    ...(choice.rule !== undefined && { ruleTier: choice.tier }),
    ...labelOf(row.label),
    nanoUsd: models.map((model) => {
      const price = model.priceAt(nowMs);
      return price === undefined ? 0 : costNanoUsd(price, { inputTokens, cacheShare: 0, outputTokens: output });
    }),
  };
}

/** Throws LlmFailure or JsonRefused. */
function parseChat(bytes: Buffer, named: unknown): ChatRequest {
  const dialect = dialects[(named ?? 'openai-chat') as DialectId];
  if (dialect === undefined) throw new RangeError(`${JSON.stringify(named)} is no dialect`);
  const body = parseJson(bytes, dialect.rawKeys);
  return dialect.parseRequest({ model: 'replayed', ...body }, { model: 'replayed', stream: false });
}

function labelOf(label: unknown): Pick<ReplayedRequest, 'complex'> {
  if (label === undefined || label === null) return {};
  if (label === 'complex' || label === 'routine') return { complex: label === 'complex' };
  throw new RangeError('"label" is neither "complex" nor "routine"');
}

/** What was wrong with the file or with one of its lines. Anything else is returned as it is. */
function failureOf(error: unknown, file: string, line: number): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof JsonRefused || error instanceof LlmFailure || error instanceof RangeError) {
    const remedy = 'Each line is a chat body, or {"body": …, "label": …}; see "tollgate route replay --help".';
    return new CommandFailure(exitCodes.usage, `Line ${line} of ${file} is no request: ${message}.`, remedy);
  }
  if (code === 'ENOENT' || code === 'EISDIR' || code === 'EACCES') {
    return new CommandFailure(exitCodes.usage, `${file} cannot be read (${code}).`, 'Name a file of JSON lines.');
  }
  return error;
}

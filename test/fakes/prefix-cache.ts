/**
 * A provider's prompt cache, as its clients can observe it: how much of each prompt was known from an earlier request. A
 * prompt is what the model is shown, in its order: tools, instructions, conversation; marks are no part of it.
 *
 * One kind keeps every prompt and finds the longest known prefix in steps of 64 bytes. The other keeps what ends at a
 * mark, and finds it again at a mark or up to 20 blocks before one.
 * https://platform.openai.com/docs/guides/prompt-caching
 * https://platform.claude.com/docs/en/build-with-claude/prompt-caching#how-many-breakpoints-can-be-defined
 */
import { createHash } from 'node:crypto';
import type { DialectId } from '../../src/llm/chat.ts';
import { fields, type Json, list } from './sealing.ts';

/** A piece of the prompt, and whether the prefix that ends with it is to be kept. */
export interface PromptBlock {
  readonly text: string;
  readonly marked: boolean;
}

const stepBytes = 64;
const lookbackBlocks = 20;
const byMarks: readonly DialectId[] = ['anthropic', 'bedrock-converse'];

export class PrefixCache {
  /** Bytes of all prompts, and how many of them were known. */
  total = 0;
  cached = 0;
  readonly #dialect: DialectId;
  readonly #known = new Set<string>();

  constructor(dialect: DialectId) {
    this.#dialect = dialect;
  }

  get hitRate(): number {
    return this.cached / this.total;
  }

  see(body: Json): void {
    const blocks = promptOf(this.#dialect, body);
    this.total += blocks.reduce((sum, block) => sum + Buffer.byteLength(block.text), 0);
    this.cached += byMarks.includes(this.#dialect) ? this.#seeMarked(blocks) : this.#seeSteps(blocks);
  }

  #seeSteps(blocks: readonly PromptBlock[]): number {
    const prompt = Buffer.from(blocks.map((block) => block.text).join(''));
    const hash = createHash('sha256');
    let cached = 0;
    for (let end = stepBytes; end <= prompt.length; end += stepBytes) {
      const name = hash
        .update(prompt.subarray(end - stepBytes, end))
        .copy()
        .digest('base64');
      if (this.#known.has(name)) cached = end;
      this.#known.add(name);
    }
    return cached;
  }

  #seeMarked(blocks: readonly PromptBlock[]): number {
    const hash = createHash('sha256');
    let length = 0;
    const ends = blocks.map((block) => {
      length += Buffer.byteLength(block.text);
      return { name: hash.update(`${block.text}\0`).copy().digest('base64'), length, marked: block.marked };
    });
    let cached = 0;
    for (const [i, end] of ends.entries()) {
      if (!end.marked) continue;
      const found = ends.slice(Math.max(0, i - lookbackBlocks), i + 1).findLast(({ name }) => this.#known.has(name));
      if (found !== undefined) cached = Math.max(cached, found.length);
    }
    for (const { name, marked } of ends) if (marked) this.#known.add(name);
    return cached;
  }
}

/** The prompt in a request of any dialect, block by block. */
export function promptOf(dialect: DialectId, body: Json): PromptBlock[] {
  switch (dialect) {
    case 'anthropic':
      return [...list(body.tools), ...blocksOf(body.system, 'system'), ...messages(body)].map(withoutMark);
    case 'openai-chat':
      return [...list(body.tools), ...list(body.messages)].map(plain);
    case 'openai-responses': {
      const input = typeof body.input === 'string' ? [{ role: 'user', content: body.input }] : list(body.input);
      return [...list(body.tools), { instructions: body.instructions }, ...input].map(plain);
    }
    case 'gemini': {
      const contents = list(body.contents).flatMap(({ role, parts }) => list(parts).map((part) => ({ role, part })));
      return [...list(body.tools), { system: body.systemInstruction }, ...contents].map(plain);
    }
    case 'bedrock-converse': {
      const tools = list(fields(body.toolConfig).tools);
      return pointed([...tools, ...list(body.system), ...messages(body)]);
    }
  }
}

function plain(value: Json): PromptBlock {
  return { text: JSON.stringify(value), marked: false };
}

function blocksOf(content: unknown, role: string): Json[] {
  return typeof content === 'string' ? [{ type: 'text', text: content, role }] : list(content);
}

/** Each block of the conversation with its role. */
function messages(body: Json): Json[] {
  return list(body.messages).flatMap(({ role, content }) =>
    blocksOf(content, String(role)).map((block) => ({ ...block, role })),
  );
}

function withoutMark({ cache_control: mark, ...block }: Json): PromptBlock {
  return { text: JSON.stringify(block), marked: mark !== undefined };
}

/** A cache point stands behind what it marks. */
function pointed(blocks: readonly Json[]): PromptBlock[] {
  const kept: PromptBlock[] = [];
  for (const block of blocks) {
    const last = kept.at(-1);
    if (block.cachePoint === undefined) kept.push(plain(block));
    else if (last !== undefined) kept[kept.length - 1] = { ...last, marked: true };
  }
  return kept;
}

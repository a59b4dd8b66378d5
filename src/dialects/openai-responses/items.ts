/**
 * The items of `input` as turns. Items of the assistant that follow each other are one turn; results of tools go right
 * behind the turn that called them, in one turn, whatever stood between: other APIs want them together.
 * https://platform.openai.com/docs/api-reference/responses/create#responses_create-input
 */
import type { Block, Carried, ToolCallBlock, Turn } from '../../llm/chat.ts';
import { invalidRequest } from '../../llm/error.ts';
import { type Fields, optionalString, pathOf, readFields, requiredString, wrongShape } from '../openai-chat/shape.ts';
import { readContent } from './parts.ts';
import { reasoningBlock } from './sealed.ts';
import { flatName } from './tool-names.ts';
import { isCallersSearch, readFoundTools, readSearchCall } from './tool-search.ts';
import { dialectId, leftover } from './wire.ts';

export interface Conversation {
  /** Instructions before the first turn. */
  readonly system: readonly Block[];
  readonly turns: readonly Turn[];
  /** Tools that came as items (`additional_tools`), or that a search found. */
  readonly tools: readonly { readonly value: unknown; readonly at: string }[];
  /** The first item that stands for what only its own provider keeps or reads. */
  readonly elsewhere?: { readonly type: string; readonly at: string } | undefined;
}

interface GrowingTurn {
  readonly role: Turn['role'];
  readonly blocks: Block[];
  readonly at: string;
  readonly blocksAt: string[];
}

/** `isWhole`: nothing of the conversation is kept elsewhere, so that each result must have its call. Throws invalid-request. */
export function readInput(value: unknown, isWhole: boolean): Conversation {
  if (typeof value === 'string') {
    if (value === '') throw wrongShape('input', 'a non-empty string or an array of items', value);
    return {
      system: [],
      turns: [{ role: 'user', blocks: [{ type: 'text', text: value }], at: 'input', blocksAt: ['input'] }],
      tools: [],
    };
  }
  if (!Array.isArray(value) || value.length === 0)
    throw wrongShape('input', 'a string or a non-empty array of items', value);
  const reader = new ItemReader(isWhole);
  value.forEach((item, i) => {
    reader.item(readFields(item, `input[${i}]`), `input[${i}]`);
  });
  reader.end();
  return reader;
}

class ItemReader implements Conversation {
  readonly system: Block[] = [];
  readonly turns: GrowingTurn[] = [];
  readonly tools: { value: unknown; at: string }[] = [];
  elsewhere: Conversation['elsewhere'];
  readonly #isWhole: boolean;
  /** The turn of each call that has no result yet, and where it stands. */
  readonly #calls = new Map<string, { readonly turn: GrowingTurn; readonly at: string }>();
  readonly #results = new Map<GrowingTurn, GrowingTurn>();

  constructor(isWhole: boolean) {
    this.#isWhole = isWhole;
  }

  item(item: Fields, at: string): void {
    const type = item.type ?? (item.role === undefined ? undefined : 'message');
    switch (type) {
      case 'message':
        return this.#message(item, at);
      case 'function_call':
      case 'custom_tool_call':
        return this.#call(item, at);
      case 'function_call_output':
      case 'custom_tool_call_output':
        return this.#result(item, at);
      case 'tool_search_call':
        return isCallersSearch(item) ? this.#search(item, at) : this.#opaque(item, at);
      case 'tool_search_output':
        return isCallersSearch(item) ? this.#found(item, at) : this.#opaque(item, at);
      case 'reasoning':
        this.#assistant([reasoningBlock(item)], at);
        return;
      case 'additional_tools':
        if (!Array.isArray(item.tools)) throw wrongShape(`${at}.tools`, 'an array of tools', item.tools);
        return this.#offer(item.tools, at);
      default:
        return this.#opaque(item, at);
    }
  }

  end(): void {
    const [id, call] = this.#calls.entries().next().value ?? [];
    if (id === undefined || call === undefined || !this.#isWhole) return;
    const rule = `the call ${JSON.stringify(id.slice(0, 80))} has no output in input; each call needs an item with its call_id`;
    throw invalidRequest(`${call.at}: ${rule}.`, call.at);
  }

  #message(item: Fields, at: string): void {
    const blocks = readContent(item.content, pathOf(at, 'content'));
    const carried = leftover(item, ['type', 'role', 'content', 'id', 'status', 'object']);
    const said = carried === undefined ? blocks : blocks.map((block) => withCarried(block, carried.raw as Fields));
    const blocksAt = said.map((_, i) => (Array.isArray(item.content) ? `${at}.content[${i}]` : `${at}.content`));
    switch (item.role) {
      case 'user':
        this.turns.push({ role: 'user', blocks: said, at, blocksAt });
        return;
      case 'assistant':
        // Words behind words are another message: in one turn, some APIs would run them together.
        if (isTold(this.turns.at(-1))) this.turns.push({ role: 'assistant', blocks: said, at, blocksAt });
        else this.#assistant(said, at, blocksAt);
        return;
      case 'system':
      case 'developer':
        if (this.turns.length === 0) this.system.push(...said);
        else this.turns.push({ role: 'system', blocks: said, at, blocksAt });
        return;
      default:
        throw wrongShape(`${at}.role`, 'user, assistant, system or developer', item.role);
    }
  }

  #assistant(blocks: readonly Block[], at: string, blocksAt = blocks.map(() => at)): GrowingTurn {
    const last = this.turns.at(-1);
    if (last?.role === 'assistant') {
      last.blocks.push(...blocks);
      last.blocksAt.push(...blocksAt);
      return last;
    }
    const turn: GrowingTurn = { role: 'assistant', blocks: [...blocks], at, blocksAt: [...blocksAt] };
    this.turns.push(turn);
    return turn;
  }

  #call(item: Fields, at: string): void {
    const isCustom = item.type === 'custom_tool_call';
    const id = requiredString(item, 'call_id', at);
    const name = flatName(requiredString(item, 'name', at), optionalString(item, 'namespace', at));
    const args = optionalString(item, isCustom ? 'input' : 'arguments', at) ?? '';
    const known = ['type', 'id', 'status', 'call_id', 'name', 'namespace', 'input', 'arguments'];
    const carried = leftover(item, known);
    const form = isCustom ? ({ form: 'freeform' } as const) : {};
    const call: ToolCallBlock = { type: 'tool-call', id, name, args, ...form, ...(carried && { carried }) };
    this.#calls.set(id, { turn: this.#assistant([call], at), at });
  }

  #result(item: Fields, at: string): void {
    const carried = leftover(item, ['type', 'id', 'status', 'call_id', 'output']);
    this.#answer(item, readContent(item.output ?? '', pathOf(at, 'output')), carried, at);
  }

  #search(item: Fields, at: string): void {
    const call = readSearchCall(item, at);
    this.#calls.set(call.id, { turn: this.#assistant([call], at), at });
  }

  #found(item: Fields, at: string): void {
    const { tools, text } = readFoundTools(item, at);
    this.#offer(tools, at);
    const carried = leftover(item, ['type', 'id', 'status', 'call_id', 'execution', 'tools']);
    this.#answer(item, [{ type: 'text', text }], carried, at);
  }

  #offer(tools: readonly unknown[], at: string): void {
    tools.forEach((value, i) => {
      this.tools.push({ value, at: `${at}.tools[${i}]` });
    });
  }

  #answer(item: Fields, content: readonly Block[], carried: Carried | undefined, at: string): void {
    const callId = requiredString(item, 'call_id', at);
    const call = this.#calls.get(callId);
    if (call === undefined && this.#isWhole) {
      const rule = `no call in input has the call_id ${JSON.stringify(callId.slice(0, 80))} and waits for its output`;
      throw invalidRequest(`${at}.call_id: ${rule}.`, `${at}.call_id`);
    }
    this.#calls.delete(callId);
    const isText = content.every(({ type }) => type === 'text');
    const contentAt = isText ? undefined : content.map((_, i) => `${at}.output[${i}]`);
    const more = { ...(carried && { carried }), ...(contentAt && { contentAt }) };
    const turn = this.#resultTurn(call?.turn, at);
    turn.blocks.push({ type: 'tool-result', callId, content, ...more });
    turn.blocksAt.push(at);
  }

  #resultTurn(calling: GrowingTurn | undefined, at: string): GrowingTurn {
    const known = calling === undefined ? undefined : this.#results.get(calling);
    if (known !== undefined) return known;
    const turn: GrowingTurn = { role: 'user', blocks: [], at, blocksAt: [] };
    const position = calling === undefined ? this.turns.length : this.turns.indexOf(calling) + 1;
    this.turns.splice(position, 0, turn);
    if (calling !== undefined) this.#results.set(calling, turn);
    return turn;
  }

  /** Tools that a provider runs itself, and whatever ships next month. */
  #opaque(item: Fields, at: string): void {
    const type = requiredString(item, 'type', at);
    if (elsewhere.includes(type)) this.elsewhere ??= { type, at };
    const block: Block = { type: 'opaque', carried: { dialect: dialectId, raw: item } };
    if (!/_output$|_response$/.test(type)) {
      this.#assistant([block], at);
      return;
    }
    this.turns.push({ role: 'user', blocks: [block], at, blocksAt: [at] });
  }
}

/** Items without which the conversation is not whole, and that only their own provider can read. */
const elsewhere = ['item_reference', 'compaction', 'compaction_summary', 'context_compaction', 'compaction_trigger'];

/** A turn of the assistant that ends with words, and calls nothing: its results would have to follow it. */
function isTold(turn: GrowingTurn | undefined): boolean {
  if (turn?.role !== 'assistant' || turn.blocks.some(({ type }) => type === 'tool-call')) return false;
  return turn.blocks.at(-1)?.type === 'text';
}

function withCarried(block: Block, fields: Fields): Block {
  if (block.type === 'opaque') return block;
  const own = block.carried === undefined ? {} : (block.carried.raw as Fields);
  return { ...block, carried: { dialect: dialectId, raw: { ...own, ...fields } } };
}

/**
 * A caller's messages as turns. Results of tools go right behind the turn that called them, in one turn, whatever stood
 * between: Anthropic wants them together, and a reminder between two results is common in agents.
 */
import type { Block, Seal, ToolCallBlock, ToolResultBlock, Turn } from '../../llm/chat.ts';
import { invalidRequest } from '../../llm/error.ts';
import { readCache, readContent } from './parts.ts';
import { readCallSeals, readReasoning } from './reasoning.ts';
import {
  type Fields,
  optionalArray,
  optionalFields,
  optionalString,
  pathOf,
  readFields,
  requiredString,
  wrongShape,
} from './shape.ts';
import { leftover } from './wire.ts';

export interface Conversation {
  /** Instructions before the first turn. */
  readonly system: readonly Block[];
  readonly turns: readonly Turn[];
}

/** Throws invalid-request with the path of what is wrong. */
export function readMessages(value: unknown): Conversation {
  if (!Array.isArray(value) || value.length === 0) throw wrongShape('messages', 'a non-empty array of messages', value);
  const reader = new MessageReader();
  value.forEach((item, i) => {
    reader.message(readFields(item, `messages[${i}]`), i);
  });
  reader.end();
  return { system: reader.system, turns: reader.placedTurns() };
}

/** Calls that wait for their results: those of one assistant message, or of several in a row. */
interface CallGroup {
  readonly at: string;
  readonly calls: Map<string, string>;
  readonly results: ToolResultBlock[];
  /** Where each result stands. */
  readonly resultsAt: string[];
  /** Where in the turns the results go. */
  readonly position: number;
}

class MessageReader {
  readonly system: Block[] = [];
  readonly #turns: Turn[] = [];
  /** Where each turn stands in the caller's body. */
  readonly #places: string[] = [];
  #group: CallGroup | undefined;

  message(message: Fields, index: number): void {
    const at = `messages[${index}]`;
    switch (message.role) {
      case 'system':
      case 'developer':
        return this.#instruction(message, at);
      case 'user':
        return this.#push(turn('user', withCache(message, readContent(message, 'user', at), at), message), at);
      case 'assistant':
        return this.#assistant(message, at);
      case 'tool':
        return this.#result(message, requiredString(message, 'tool_call_id', at), at);
      case 'function':
        return this.#result(message, this.#callIdOf(requiredString(message, 'name', at), at), at);
      default:
        throw wrongShape(`${at}.role`, 'system, developer, user, assistant or tool', message.role);
    }
  }

  end(): void {
    this.#closeGroup();
  }

  placedTurns(): Turn[] {
    return this.#turns.map((turn, i) => {
      const at = this.#places[i];
      return at === undefined || at === `messages[${i}]` ? turn : { ...turn, at };
    });
  }

  #push(turn: Turn, at: string, position = this.#turns.length): void {
    this.#turns.splice(position, 0, turn);
    this.#places.splice(position, 0, at);
  }

  #instruction(message: Fields, at: string): void {
    const blocks = withCache(message, readContent(message, 'system', at), at);
    const { carried } = turn('system', blocks, message);
    if (this.#turns.length > 0) this.#push(turn('system', blocks, message), at);
    else this.system.push(...blocks.map((block) => (carried === undefined ? block : { ...block, carried })));
  }

  #assistant(message: Fields, at: string): void {
    const calls = readCalls(message, at);
    const hasContent = message.content !== undefined && message.content !== null;
    const content = hasContent ? readContent(message, 'assistant', at) : [];
    const refusal = optionalString(message, 'refusal', at) ?? '';
    const said: Block[] = refusal === '' ? content : [...content, { type: 'refusal', text: refusal }];
    const blocks = [...readReasoning(message, at), ...withCache(message, said, at), ...calls];
    this.#push(turn('assistant', blocks, message), at);
    if (this.#group !== undefined && this.#group.results.length > 0) this.#closeGroup();
    if (calls.length === 0 && this.#group === undefined) return;
    const open = new Map([...(this.#group?.calls ?? []), ...calls.map((call) => [call.id, call.name] as const)]);
    this.#group = { at, calls: open, results: [], resultsAt: [], position: this.#turns.length };
  }

  #result(message: Fields, callId: string, at: string): void {
    const group = this.#group;
    const path = pathOf(at, 'tool_call_id');
    if (group === undefined || !group.calls.has(callId)) {
      const rule = 'must answer a tool call of the assistant message before it';
      throw invalidRequest(`${path} ${rule}; ${JSON.stringify(callId.slice(0, 80))} does not.`, path);
    }
    if (group.results.some((result) => result.callId === callId)) {
      throw invalidRequest(`${path}: ${JSON.stringify(callId.slice(0, 80))} has a result already.`, path);
    }
    // A tool that had nothing to say: clients write that as null, '' and [].
    const { content: said } = message;
    const isEmpty = said === undefined || said === null || (Array.isArray(said) && said.length === 0);
    const content = isEmpty ? [] : withCache(message, readContent(message, 'tool', at), at);
    const name = optionalString(message, 'name', at);
    if (group.results.length === 0)
      this.#push({ role: 'user', blocks: group.results, blocksAt: group.resultsAt }, at, group.position);
    const carried = leftover(message, ['role', 'content', 'tool_call_id', 'name', 'cache_control']);
    group.resultsAt.push(at);
    group.results.push({
      type: 'tool-result',
      callId,
      content,
      ...(name !== undefined && { name }),
      ...(carried && { carried }),
    });
  }

  /** The legacy role `function` names the function, not the call. */
  #callIdOf(name: string, at: string): string {
    for (const [id, called] of this.#group?.calls ?? []) {
      if (called === name && !this.#group?.results.some((result) => result.callId === id)) return id;
    }
    throw invalidRequest(`${at}.name must be the function that the assistant message before it called.`, `${at}.name`);
  }

  #closeGroup(): void {
    const group = this.#group;
    this.#group = undefined;
    if (group === undefined) return;
    const missing = [...group.calls.keys()].find((id) => !group.results.some((result) => result.callId === id));
    if (missing === undefined) return;
    const path = `${group.at}.tool_calls`;
    const rule = 'each tool call must be answered by a message of role tool with its tool_call_id';
    throw invalidRequest(`${path}: ${rule}; ${JSON.stringify(missing.slice(0, 80))} has none.`, path);
  }
}

const knownFields = [
  ...['role', 'content', 'refusal', 'tool_calls', 'function_call', 'cache_control'],
  ...['reasoning_content', 'reasoning', 'reasoning_details', 'thinking_blocks'],
];

function turn(role: Turn['role'], blocks: readonly Block[], message: Fields): Turn {
  // Only assistant messages have calls and reasoning; on any other the fields are unknown ones.
  const known = role === 'assistant' ? knownFields : ['role', 'content', 'cache_control'];
  const carried = leftover(message, known);
  return { role, blocks, ...(carried && { carried }) };
}

/** `cache_control` on the message itself marks its last block. */
function withCache(message: Fields, blocks: readonly Block[], at: string): readonly Block[] {
  const cache = readCache(message, at);
  const last = blocks.at(-1);
  if (cache === undefined || last === undefined || last.type === 'opaque') return blocks;
  return [...blocks.slice(0, -1), { ...last, cache }];
}

function readCalls(message: Fields, at: string): ToolCallBlock[] {
  const seals = readCallSeals(message);
  const calls = (optionalArray(message, 'tool_calls', at) ?? []).map((item, i) => {
    const path = `${at}.tool_calls[${i}]`;
    return readCall(readFields(item, path), path, seals);
  });
  const legacy = optionalFields(message, 'function_call', at);
  if (legacy === undefined) return calls;
  const path = `${at}.function_call`;
  const id = `call_${at.replace(/\D+/g, '')}_legacy`;
  return [...calls, { type: 'tool-call', id, name: requiredString(legacy, 'name', path), args: argsOf(legacy, path) }];
}

function readCall(item: Fields, at: string, seals: ReadonlyMap<string, Seal>): ToolCallBlock {
  const id = requiredString(item, 'id', at);
  const seal = seals.get(id);
  const extra = { ...(seal && { seal }), ...carriedOf(item) };
  if (item.type === 'custom') {
    const custom = readFields(item.custom, `${at}.custom`);
    const args = optionalString(custom, 'input', `${at}.custom`) ?? '';
    return {
      type: 'tool-call',
      id,
      name: requiredString(custom, 'name', `${at}.custom`),
      args,
      form: 'freeform',
      ...extra,
    };
  }
  const path = `${at}.function`;
  const call = readFields(item.function, path);
  return { type: 'tool-call', id, name: requiredString(call, 'name', path), args: argsOf(call, path), ...extra };
}

function carriedOf(item: Fields): Pick<ToolCallBlock, 'carried'> {
  const carried = leftover(item, ['id', 'type', 'function', 'custom', 'index']);
  return carried === undefined ? {} : { carried };
}

function argsOf(call: Fields, at: string): string {
  return optionalString(call, 'arguments', at) ?? '';
}

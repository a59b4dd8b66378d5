/**
 * Puts tool calls together. On the wire the pieces of parallel calls may be mixed, an id may come late, twice, or never,
 * and a name in two pieces. The first unfinished call streams; the pieces of later ones wait until it is done.
 */
import { randomBytes } from 'node:crypto';
import type { ToolCallBlock } from '../../llm/chat.ts';
import type { BlockWriter } from './block-writer.ts';
import { type Fields, isFields } from './shape.ts';

interface Call {
  readonly key: string;
  id: string;
  name: string;
  args: string;
  form: ToolCallBlock['form'];
  /** How much of `args` was written. */
  written: number;
  state: 'waiting' | 'open' | 'done';
}

/** Where the pieces of one entry are: `tool_calls[i]` of a message or a delta. */
interface Piece {
  readonly index: string | undefined;
  readonly id: string;
  readonly name: string;
  readonly args: string;
  readonly form: ToolCallBlock['form'];
}

export class CallReader {
  readonly #blocks: BlockWriter;
  readonly #calls: Call[] = [];
  readonly #byIndex = new Map<string, Call>();
  #firstUndone = 0;

  constructor(blocks: BlockWriter) {
    this.#blocks = blocks;
  }

  get count(): number {
    return this.#calls.length;
  }

  /** Takes one entry. Returns what is wrong with it, if anything. */
  push(entry: unknown): string | undefined {
    if (!isFields(entry)) return undefined;
    const piece = readPiece(entry);
    const before = this.#calls.length;
    const call = this.#find(piece);
    if (call.state === 'done') return piece.args.trim() === '' ? undefined : 'arguments for a tool call that had ended';
    merge(call, piece);
    // With a new call the one before it is usually whole; then there is no need to make the new one wait.
    if (this.#calls.length > before) this.#finishWhole();
    this.#pump();
    return undefined;
  }

  /** Writes and closes everything that waits: the answer is over, or text follows. Returns what is wrong. */
  finish(): string | undefined {
    for (; this.#firstUndone < this.#calls.length; this.#firstUndone++) {
      const call = this.#calls[this.#firstUndone] as Call;
      if (call.name === '') return 'a tool call without a name';
      this.#write(call);
      this.#done(call);
    }
    return undefined;
  }

  #find(piece: Piece): Call {
    const last = this.#calls.at(-1);
    if (piece.index === undefined) {
      const known = piece.id === '' ? undefined : this.#calls.find((call) => call.id === piece.id);
      if (known !== undefined) return known;
      const continues =
        last !== undefined && (piece.id === '' || last.id === '') && !(piece.name !== '' && last.args !== '');
      return continues ? last : this.#add(`#${this.#calls.length}`, piece.form);
    }
    const call = this.#byIndex.get(piece.index);
    // Some servers give every parallel call the index 0: a new id with a new name is a new call.
    const isOther =
      call !== undefined && piece.id !== '' && call.id !== '' && piece.id !== call.id && piece.name !== '';
    return call === undefined || isOther ? this.#add(piece.index, piece.form) : call;
  }

  #add(index: string, form: ToolCallBlock['form']): Call {
    const key = `call:${this.#calls.length}`;
    const call: Call = { key, id: '', name: '', args: '', form, written: 0, state: 'waiting' };
    this.#calls.push(call);
    this.#byIndex.set(index, call);
    return call;
  }

  #finishWhole(): void {
    const call = this.#calls[this.#firstUndone];
    if (call?.state !== 'open' || !isJson(call.args)) return;
    this.#done(call);
    this.#firstUndone++;
  }

  #pump(): void {
    const call = this.#calls[this.#firstUndone];
    if (call !== undefined && call.name !== '' && call.args !== '') this.#write(call);
  }

  #write(call: Call): void {
    if (call.state === 'waiting') {
      this.#blocks.close();
      // Generated ids must not repeat in a conversation, whatever the provider calls its answers.
      const id = call.id === '' ? `call_${randomBytes(12).toString('hex')}` : call.id;
      call.id = id;
      const form = call.form === undefined ? {} : { form: call.form };
      this.#blocks.open(call.key, { type: 'tool-call', id, name: call.name, args: '', ...form });
      call.state = 'open';
    }
    this.#blocks.delta(call.args.slice(call.written));
    call.written = call.args.length;
  }

  #done(call: Call): void {
    this.#blocks.close();
    call.state = 'done';
  }
}

function readPiece(entry: Fields): Piece {
  const custom = isFields(entry.custom) ? entry.custom : undefined;
  const call = custom ?? (isFields(entry.function) ? entry.function : {});
  const args = custom === undefined ? call.arguments : call.input;
  return {
    index: typeof entry.index === 'number' ? String(entry.index) : undefined,
    id: typeof entry.id === 'string' ? entry.id : '',
    name: typeof call.name === 'string' ? call.name : '',
    // An object where a string belongs: servers that speak Ollama's own format on this address.
    args: typeof args === 'string' ? args : isFields(args) ? JSON.stringify(args) : '',
    form: custom === undefined ? undefined : 'freeform',
  };
}

function merge(call: Call, piece: Piece): void {
  if (call.id === '') call.id = piece.id;
  // A name may come in pieces before the arguments; after them, or whole again, it is only repeated.
  if (call.args === '' && call.state === 'waiting' && piece.name !== call.name) call.name += piece.name;
  call.args += piece.args;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

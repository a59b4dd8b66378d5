/** What the suite asks, in no dialect, and what it wants to know of an answer. */
import type { DialectId } from '../src/llm/chat.ts';
import type { Fields } from './json.ts';

export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly schema: object;
}

export type Turn =
  | { readonly user: string; readonly png?: Buffer }
  /** An answer's own turn, as its dialect gave it: seals and ids go back as they came. */
  | { readonly replay: unknown }
  | { readonly results: readonly { readonly id: string; readonly name: string; readonly text: string }[] };

export interface Question {
  readonly model: string;
  readonly stream: boolean;
  readonly turns: readonly Turn[];
  readonly maxTokens: number;
  readonly system?: string;
  readonly tools?: readonly Tool[];
  readonly schema?: object;
  readonly stop?: string;
  readonly think?: boolean;
}

export interface Call {
  readonly id: string;
  readonly name: string;
  /** As JSON text. */
  readonly args: string;
}

export interface Reading {
  readonly text: string;
  readonly thinking: string;
  readonly calls: readonly Call[];
  readonly stop: 'end' | 'length' | 'tool-call' | 'refusal' | undefined;
  readonly usage: { readonly input: number; readonly output: number } | undefined;
  /** The answer has its dialect's end: nothing is missing. */
  readonly whole: boolean;
  readonly error: string | undefined;
  /** For `Turn.replay`. */
  readonly replay: unknown;
}

export interface WireEvent {
  readonly event: string;
  readonly data: string;
}

/** A client of one dialect, written by hand from its reference: the gateway's own codec is never its own judge. */
export interface Client {
  readonly dialect: DialectId;
  readonly headers: Readonly<Record<string, string>>;
  path(question: Question): string;
  /** Undefined: the dialect has no words for this question. */
  body(question: Question): object | undefined;
  whole(body: Fields): Reading;
  /** How a stream is cut into events, where it is not one of server-sent events. */
  readonly frames?: (bytes: Buffer) => readonly WireEvent[];
  streamed(events: readonly WireEvent[]): Reading;
}

export const nothing: Reading = {
  text: '',
  thinking: '',
  calls: [],
  stop: undefined,
  usage: undefined,
  whole: false,
  error: undefined,
  replay: undefined,
};

/**
 * A client is data: which files it reads, what has to stand in them, and how it asks. What a client is told is told by
 * a `Point`; a client's file never talks to the disk or to the network.
 */
import type { DialectId } from '../../llm/chat.ts';
import type { FormatName, Tree } from './format.ts';

/** Where a client is to be pointed. */
export interface Point {
  /** Origin and path prefix without a trailing slash and without `/v1`. */
  readonly url: string;
  readonly key: string;
  readonly model?: string;
  /** Also turn off what the client sends to other hosts: telemetry, update checks, lists of models. */
  readonly onlyHere: boolean;
}

/** Where a client's settings lie: its own variables move them, unless a home directory was named. */
export interface Place {
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface SettingsFile {
  /** In order of preference: the first one that exists, else the first. */
  readonly paths: (place: Place) => readonly [string, ...string[]];
  readonly format: FormatName;
  readonly settings: (point: Point) => Tree;
  /** What the client asks of any file of its kind; set where it is not there. */
  readonly defaults?: Tree;
}

export interface Check {
  readonly dialect: DialectId;
  /** With its query. */
  readonly path: (model: string) => string;
  readonly headers: (key: string) => Readonly<Record<string, string>>;
  /** As this client asks: streamed, with a tool of its own. */
  readonly body: (model: string) => object;
}

export interface Client {
  readonly id: string;
  readonly name: string;
  /** The program, with what names it needs on its own command line. */
  readonly run: string;
  /** The client's page on its settings: the source of what this file says. */
  readonly docs: string;
  /** The version that these settings were tried with. */
  readonly tried?: string;
  /** What it asks for when nobody names a model; absent where a model has to be named. */
  readonly defaultModel?: string;
  /** The same for one shell, where the client reads it all from the environment. */
  readonly variables?: (point: Point) => Readonly<Record<string, string | undefined>>;
  readonly files: readonly SettingsFile[];
  /** What a person has to know or to do. */
  readonly notes: (point: Point) => readonly string[];
  readonly check: Check;
}

export function client(data: Client): Client {
  return Object.freeze(data);
}

export const question = 'Answer with the one word PONG. Use no tool.';

/** A tool in JSON Schema, as each client offers one for its shell. */
export function shellSchema(argument: string): object {
  return {
    type: 'object',
    properties: { [argument]: { type: 'string', description: 'The command to run' } },
    required: [argument],
    additionalProperties: false,
  };
}

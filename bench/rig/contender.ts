/** What is measured. */
import type { Dialect } from './requests.ts';
import type { Stage } from './stage.ts';

export interface Contender {
  readonly id: string;
  readonly title: string;
  /** How it is set up, and where that is recommended. */
  readonly settings: string;
  /** Pairs it can answer: what callers speak, what the provider speaks. */
  readonly pairs: readonly Pair[];
  /** Beyond this it is not asked: what costs is only comparable while nobody waits in line. */
  readonly perSecondMax?: number;
  /** Throws with the reason where it cannot be had on this machine. */
  start(stage: Stage): Promise<Running>;
}

export interface Pair {
  readonly caller: Dialect;
  readonly provider: Dialect;
}

export interface Running {
  readonly pid: number;
  readonly port: number;
  readonly version: string;
  /** From its start to its first answer that it is ready. */
  readonly readyMs: number;
  /** What callers send along, for a model of a provider that speaks this dialect. */
  headers(provider: Dialect): Readonly<Record<string, string>>;
  /** What callers call a model of the fake provider that speaks this dialect. */
  model(plan: string, provider: Dialect): string;
  /** Ends it and starts it anew with the data that it has; `readyMs` is of the last start. Absent: it has no data. */
  again?(): Promise<void>;
  stop(): Promise<void>;
}

const chat = 'openai-chat';
const messages = 'anthropic-messages';

/** Whoever passes bytes on understands none of them. */
export const relays: readonly Pair[] = [
  { caller: chat, provider: chat },
  { caller: messages, provider: messages },
];
export const translators: readonly Pair[] = [
  ...relays,
  { caller: messages, provider: chat },
  { caller: chat, provider: messages },
];

export const pathOf: Readonly<Record<Dialect, string>> = {
  [chat]: '/v1/chat/completions',
  [messages]: '/v1/messages',
};

export const callerKey = 'tg-bench-0000000000000000000000000000';

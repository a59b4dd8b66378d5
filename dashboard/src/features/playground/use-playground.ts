/** The conversations of the playground: one for each model, asked together and stopped alone. */
import { useEffect, useReducer, useRef } from 'react';
import { askModel } from './ask.ts';
import {
  type Ask,
  type AssistantMessage,
  type Message,
  nothingSaid,
  openCalls,
  type UserMessage,
} from './conversation.ts';
import { usePlaygroundKey } from './playground-key.ts';

export const columnsMax = 4;

type Action =
  | { readonly type: 'add'; readonly id: number; readonly messages: readonly Message[] }
  | { readonly type: 'said'; readonly id: number; readonly said: AssistantMessage }
  | { readonly type: 'clear' };

type Conversations = Readonly<Record<number, readonly Message[]>>;

function reduce(state: Conversations, action: Action): Conversations {
  if (action.type === 'clear') return {};
  const before = state[action.id] ?? [];
  if (action.type === 'add') return { ...state, [action.id]: [...before, ...action.messages] };
  const last = before.at(-1);
  if (last?.role !== 'assistant') return state;
  return { ...state, [action.id]: [...before.slice(0, -1), action.said] };
}

export type Settings = Omit<Ask, 'model' | 'messages'>;

export interface Playground {
  readonly conversations: Conversations;
  isRunning(column: number): boolean;
  /** To all columns at once. */
  send(models: readonly string[], message: UserMessage, settings: Settings): void;
  /** Results of the calls of one column's last answer. */
  answerCalls(column: number, model: string, results: Readonly<Record<string, string>>, settings: Settings): void;
  stop(): void;
  clear(): void;
}

/** `opened`: what was said before, in every column. */
export function usePlayground(opened: readonly Message[]): Playground {
  const key = usePlaygroundKey();
  const initial = (): Conversations => Object.fromEntries(Array.from({ length: columnsMax }, (_, id) => [id, opened]));
  const [conversations, change] = useReducer(reduce, undefined, initial);
  const running = useRef(new Map<number, AbortController>());
  // Requests are no React: they end with the page.
  useEffect(() => {
    const all = running.current;
    return () => {
      for (const abort of all.values()) abort.abort();
    };
  }, []);
  const go = (column: number, added: readonly Message[], ask: Omit<Ask, 'messages'>) => {
    const messages = [...(conversations[column] ?? []), ...added];
    const abort = new AbortController();
    running.current.set(column, abort);
    change({ type: 'add', id: column, messages: [...added, nothingSaid] });
    const onSaid = (said: AssistantMessage) => {
      // Whoever cleared the page wants to hear no more of it.
      if (running.current.get(column) !== abort) return;
      if (said.state !== 'running') running.current.delete(column);
      change({ type: 'said', id: column, said });
    };
    void askModel({ ask: { ...ask, messages }, key, signal: abort.signal, onSaid });
  };
  return {
    conversations,
    isRunning: (column) => isRunning(conversations[column]),
    send: (models, message, settings) => {
      models.forEach((model, column) => {
        if (openCalls(conversations[column] ?? []).length === 0) go(column, [message], { model, ...settings });
      });
    },
    answerCalls: (column, model, results, settings) => {
      const calls = openCalls(conversations[column] ?? []);
      const told = calls.map(({ id }): Message => ({ role: 'tool', callId: id, text: results[id] ?? '' }));
      go(column, told, { model, ...settings });
    },
    stop: () => {
      for (const abort of running.current.values()) abort.abort();
    },
    clear: () => {
      for (const abort of running.current.values()) abort.abort();
      running.current.clear();
      change({ type: 'clear' });
    },
  };
}

function isRunning(messages: readonly Message[] = []): boolean {
  const last = messages.at(-1);
  return last?.role === 'assistant' && last.state === 'running';
}

/** Runs the cases against one provider, in each dialect of callers, through the real gateway. */
import type { ActiveProvider } from '../src/config/active-provider.ts';
import { findDoor } from '../src/dialects/doors.ts';
import type { DialectId } from '../src/llm/chat.ts';
import { cases } from './cases.ts';
import { anthropicClient } from './clients/anthropic.ts';
import { bedrockConverseClient } from './clients/bedrock-converse.ts';
import { geminiClient } from './clients/gemini.ts';
import { openaiChatClient } from './clients/openai-chat.ts';
import { openaiResponsesClient } from './clients/openai-responses.ts';
import { fail, type Outcome } from './outcome.ts';
import type { Client } from './question.ts';
import { type Exchange, startRelay } from './relay.ts';
import { type Stand, startStand } from './stand.ts';

export interface SuiteOptions {
  readonly active: ActiveProvider;
  readonly model: string;
  /** Another model for a case, by the beginning of its name (`thinking`, `tool`). */
  readonly modelFor?: Readonly<Record<string, string>>;
  /** Dialects of callers. Absent: all that the gateway has a door for. */
  readonly dialects?: readonly DialectId[];
  /** Only cases whose name begins so. */
  readonly only?: readonly string[];
  readonly onResult?: (result: Result) => void;
}

export interface Result {
  readonly case: string;
  readonly dialect: DialectId;
  readonly outcome: Outcome;
}

export interface SuiteRun {
  readonly results: readonly Result[];
  /** What went to the provider and back, for recordings. */
  readonly seen: readonly Exchange[];
}

const clients: readonly Client[] = [
  openaiChatClient,
  anthropicClient,
  openaiResponsesClient,
  geminiClient,
  bedrockConverseClient,
];

/** The dialects in which this gateway can be called by the suite. */
export function callerDialects(): readonly DialectId[] {
  const probe = { model: 'm', stream: false, turns: [], maxTokens: 1 };
  return clients.filter((client) => findDoor(client.path(probe)) !== undefined).map((client) => client.dialect);
}

export async function runSuite(options: SuiteOptions): Promise<SuiteRun> {
  const { active, dialects = callerDialects(), onResult } = options;
  const canPass = active.provider.auth.signer !== 'aws-sigv4';
  const relay = canPass ? await startRelay(active.baseUrl) : undefined;
  const through = relay === undefined ? active : { ...active, baseUrl: relay.baseUrl };
  const stand = await startStand(through);
  const wrongKey = await standWithWrongKey(through);
  const results: Result[] = [];
  try {
    for (const client of clients.filter(({ dialect }) => dialects.includes(dialect))) {
      for (const { name, run } of cases.filter((each) => isWanted(each.name, options.only))) {
        const model = modelOf(name, options);
        if (relay !== undefined) relay.cut = name === 'cut answer';
        const bench = { client, model, stand, wrongKey, cut: relay && stand };
        const outcome = await run(bench).catch((error: unknown) => fail(`the suite itself: ${String(error)}`));
        const result = { case: name, dialect: client.dialect, outcome };
        results.push(result);
        onResult?.(result);
      }
    }
  } finally {
    await Promise.all([stand.close(), wrongKey?.close(), relay?.close()]);
  }
  return { results, seen: relay?.seen ?? [] };
}

/** A provider that broke off once is left alone for a while by the gateway: its own stand has its own memory. */
async function standWithWrongKey(active: ActiveProvider): Promise<Stand | undefined> {
  const takesKey = active.secret !== undefined && active.provider.auth.signer === undefined;
  return takesKey ? startStand({ ...active, secret: 'sk-this-key-is-wrong-0000000000000000' }) : undefined;
}

function modelOf(name: string, { model, modelFor = {} }: SuiteOptions): string {
  const special = Object.keys(modelFor).find((beginning) => name.startsWith(beginning));
  return special === undefined ? model : (modelFor[special] ?? model);
}

function isWanted(name: string, only: readonly string[] | undefined): boolean {
  return only === undefined || only.some((beginning) => name.startsWith(beginning));
}

/** One request while it is here: what was asked, by whom, and what has become of it. */
import type { IncomingMessage } from 'node:http';
import type { Dialect } from '../dialects/dialect.ts';
import type { Door } from '../dialects/door.ts';
import type { LimitHeaders } from '../dialects/limit-headers.ts';
import type { Attempt, SettlementRecord, UsageStatus } from '../journal/record.ts';
import type { LiftedJson } from '../lib/lifted-json.ts';
import type { ChatRequest } from '../llm/chat.ts';
import type { LlmError } from '../llm/error.ts';
import type { LimitState } from '../llm/limit-state.ts';
import { type Note, NoteList } from '../llm/notes.ts';
import type { Decision } from '../routing/decide.ts';
import { noPreferences, type Preferences } from '../routing/preferences.ts';
import type { Key, Route } from '../snapshot/snapshot.ts';
import type { Tally } from './answer/tally.ts';
import type { Ask } from './body.ts';
import type { RequestFunds } from './budgets/request-funds.ts';
import type { Joint } from './continuation/joint.ts';
import type { Delivery } from './edge/delivery.ts';
import type { Admission } from './limits/admission.ts';
import type { JudgedUsage } from './metering/judged-usage.ts';

export interface VisitFacts {
  readonly id: string;
  readonly startedAtMs: number;
  readonly startedAt: number;
  readonly request: IncomingMessage;
  readonly delivery: Delivery;
  readonly key: Key;
  readonly snapshotVersion: number;
}

export type FailurePolicy = Pick<Route, 'onModelNotFound' | 'onTooLong' | 'hedge' | 'goesOn'>;

/** How a request ended that had an intent. */
export interface VisitEnding {
  readonly status: UsageStatus;
  readonly error?: LlmError;
  /** Something was produced for the caller. */
  readonly billable: boolean;
}

/** What every request has, whatever it asks for. */
export abstract class Visit {
  readonly id: string;
  readonly startedAtMs: number;
  /** Monotonic. */
  readonly startedAt: number;
  readonly request: IncomingMessage;
  readonly delivery: Delivery;
  readonly key: Key;
  readonly snapshotVersion: number;
  readonly notes = new NoteList();
  /** Attempts that are over. */
  readonly attempts: Attempt[] = [];
  /** Attempts begun: one more than are over while one is under way. */
  attemptsBegun = 0;
  /** Refuse rather than lose anything: `x-tollgate-fidelity: strict`. */
  readonly strict: boolean;
  /** Monotonic time at which the first provider was asked. */
  dispatchedAt: number | undefined;
  firstTokenAt: number | undefined;
  /** Its rate limits let it through. Undefined: it has none, or they did not. */
  admission: Admission | undefined;
  /** The rate limits that this request was counted against. */
  limitStates: readonly LimitState[] = [];
  /** What it holds on budgets. Undefined: nothing limits it. */
  funds: RequestFunds | undefined;
  /** The budget that was used up and sent it by another route. */
  switchedBy: string | undefined;
  /** What its caller says of who may answer it. */
  preferences: Preferences = noPreferences;
  /** Who may be asked, and why. Undefined: there was nothing to choose. */
  decision: Decision | undefined;
  /** What its route says of failures that may be the caller's own. */
  policy: FailurePolicy = {};
  /** Nano-dollars that failed attempts cost, by their providers' word; no customer pays them. */
  houseCostNanoUsd = 0n;
  /** What the cache of answers has to do with it. `pending`: it waits for another that asks the same. */
  cache: 'off' | 'miss' | 'pending' | 'hit' = 'off';
  /** Undefined before its end, and where it was refused before its intent. */
  ending: VisitEnding | undefined;
  /** Its usage row, once it has ended. */
  settled: SettlementRecord | undefined;

  constructor(facts: VisitFacts) {
    this.id = facts.id;
    this.startedAtMs = facts.startedAtMs;
    this.startedAt = facts.startedAt;
    this.request = facts.request;
    this.delivery = facts.delivery;
    this.key = facts.key;
    this.snapshotVersion = facts.snapshotVersion;
    this.strict = this.header('x-tollgate-fidelity') === 'strict';
  }

  abstract get limitHeaders(): LimitHeaders;

  /** Only the losses of the target that is asked count: an earlier one may have lost other fields. */
  replaceNotes(notes: readonly Note[]): void {
    this.notes.list.length = 0;
    this.notes.list.push(...notes);
  }

  /** What the caller wrote on it for reports and budgets, and what its key always says. */
  get tags(): readonly string[] | undefined {
    const own = this.header('x-tollgate-tags')
      ?.split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== '');
    const { tags } = this.key;
    if (tags === undefined || own === undefined) return tags ?? own;
    return [...new Set([...tags, ...own])];
  }

  /** The first value of a request header, bounded: callers' text ends up in logs and rows. */
  header(name: string): string | undefined {
    const value = this.request.headers[name];
    const text = Array.isArray(value) ? value[0] : value;
    return text === undefined || text === '' ? undefined : text.slice(0, 256);
  }
}

/** A chat. */
export class Exchange extends Visit {
  readonly door: Door;
  ask: Ask;
  /** Which conversation it is a turn of, where routes are to return to their target. */
  conversation: string | undefined;
  /** One stream out of several answers, where its caller or its route allows that. */
  joint: Joint | undefined;
  /** What a whole answer used, as it was told in its cost header. */
  judged: { readonly tally: Tally; readonly usage: JudgedUsage } | undefined;
  /** The caller's body in the neutral language, once somebody needed it: every target is asked the same. */
  parsed: ChatRequest | undefined;
  /** What stands in `parsed` as tokens. */
  lifted: LiftedJson | undefined;

  constructor(facts: VisitFacts & { readonly door: Door; readonly ask: Ask }) {
    super(facts);
    this.door = facts.door;
    this.ask = facts.ask;
  }

  /** From here on the body is read whole. */
  forgetLifted(): void {
    this.lifted = undefined;
    this.parsed = undefined;
  }

  get dialect(): Dialect {
    return this.door.dialect;
  }

  get limitHeaders(): LimitHeaders {
    return this.door.limitHeaders;
  }
}

/**
 * Seals between requests. A seal goes back to the credential that minted it, in the place where it stood, or it is
 * dropped with a note. Where a caller could not carry it, the vault did; where two providers of one dialect would refuse
 * each other's, it is remembered whose it is.
 */
import type { Dialect } from '../../dialects/dialect.ts';
import {
  answeredCalls,
  findSeals,
  hasUnsealed,
  remembersCalls,
  slotTexts,
  wantsHead,
} from '../../dialects/seal-slots.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ChatRequest, Turn } from '../../llm/chat.ts';
import type { Notes } from '../../llm/notes.ts';
import { unpackSeal } from '../../llm/seal.ts';
import type { Credential } from '../../snapshot/snapshot.ts';
import type { Exchange } from '../exchange.ts';
import { AnswerWatch, type WatchedAnswer } from './answer-watch.ts';
import { ConversationDigest } from './conversation.ts';
import { joinedThinking } from './joined-thinking.ts';
import { minterOf } from './minter.ts';
import { SealOrigins } from './origins.ts';
import { RelayWatch } from './relay-watch.ts';
import { restoredTurns } from './restored-turns.ts';
import { SealVault, type VaultKind, type VaultLimits } from './vault.ts';
import { withoutOthers } from './without-others.ts';

/** Ids that every dialect can show as they are. */
const plainId = /^[a-zA-Z0-9_-]{1,40}$/;

export class Seals {
  readonly #vault: SealVault;
  readonly #origins: SealOrigins;

  constructor(limits: VaultLimits, clock: Clock) {
    this.#vault = new SealVault(limits, clock);
    this.#origins = new SealOrigins(limits, clock);
  }

  /** The request as this credential can take it: what it sealed is back in its place, what others sealed is not there. */
  settle(
    request: ChatRequest,
    exchange: Exchange,
    credential: Credential,
    dialect: Dialect,
    notes: Notes,
  ): ChatRequest {
    const organization = exchange.key.organization.id;
    const turns = joinedThinking(restoredTurns(request.turns, organization, this.#vault));
    const minter = minterOf(credential);
    const origin = (value: string) => this.#origins.minterOf(organization, dialect.id, value);
    const kept = withoutOthers(turns, { dialect: dialect.id, minter, origin }, notes);
    return kept === request.turns ? request : { ...request, turns: kept };
  }

  /**
   * Whether this credential would refuse a body of its own dialect: because it holds a seal of another, thinking that
   * nobody sealed, or goes on with a turn that another began without thinking.
   */
  mustSettle(exchange: Exchange, credential: Credential, dialect: Dialect): boolean {
    const organization = exchange.key.organization.id;
    const { body } = exchange.ask.scan;
    if (hasUnsealed(body, dialect.id) || this.#hasMarkedCalls(organization, body, dialect)) return true;
    const minter = minterOf(credential);
    const mayBeNative = this.#origins.hasOthers(organization, dialect.id, minter);
    return findSeals(body, dialect.id).some((text) => {
      if (unpackSeal(text, dialect.id).dialect !== dialect.id) return true;
      return mayBeNative && (this.#origins.minterOf(organization, dialect.id, text) ?? minter) !== minter;
    });
  }

  /**
   * Marks of the credentials that sealed what this conversation carries, or what is kept here of it. Undefined: nobody
   * known did. `request`: read where something is kept for this organization; undefined where it cannot be read.
   */
  minters(exchange: Exchange, request: () => ChatRequest | undefined): ReadonlySet<string> | undefined {
    const organization = exchange.key.organization.id;
    const { dialect, ask } = exchange;
    const minters = new Set<string>();
    for (const text of findSeals(ask.scan.body, dialect.id)) {
      const seal = unpackSeal(text, dialect.id);
      const own = seal.dialect === dialect.id ? this.#origins.minterOf(organization, dialect.id, text) : undefined;
      const minter = seal.minter ?? own;
      if (minter !== undefined) minters.add(minter);
    }
    for (const minter of this.#keptMinters(organization, request)) minters.add(minter);
    return minters.size === 0 ? undefined : minters;
  }

  /** For an answer that is relayed. `turns`: the conversation that it answers, where that was settled. */
  relayed(exchange: Exchange, credential: Credential, dialect: Dialect, turns?: readonly Turn[]): RelayWatch {
    const organization = exchange.key.organization.id;
    const onSeal = (value: string) => this.#origins.remember(organization, dialect.id, value, minterOf(credential));
    return new RelayWatch(dialect, onSeal, turns && this.translated(exchange, credential, turns));
  }

  /** For the events of an answer that is translated. `turns`: the conversation that it answers. */
  translated(exchange: Exchange, credential: Credential, turns: readonly Turn[]): AnswerWatch {
    return new AnswerWatch(minterOf(credential), (answer) => this.#keep(exchange, turns, answer));
  }

  #keptMinters(organization: string, request: () => ChatRequest | undefined): readonly string[] {
    const holds = this.#vault.holdsAny(organization, 'call') || this.#vault.holdsAny(organization, 'conversation');
    const turns = holds ? request()?.turns : undefined;
    const restored = turns === undefined ? turns : restoredTurns(turns, organization, this.#vault);
    if (restored === undefined || restored === turns) return [];
    const seals = restored.flatMap(({ blocks }) => blocks.flatMap((block) => ('seal' in block ? [block.seal] : [])));
    return seals.flatMap((seal) => (seal?.minter === undefined ? [] : [seal.minter]));
  }

  #keep(exchange: Exchange, turns: readonly Turn[], answer: WatchedAnswer): void {
    const organization = exchange.key.organization.id;
    const { dialect } = exchange;
    const [first] = answer.callIds;
    this.#markCalls(organization, dialect, answer);
    for (const seal of answer.seals) {
      if (seal.dialect !== dialect.id || seal.minter === undefined) continue;
      for (const text of slotTexts(seal)) this.#origins.remember(organization, dialect.id, text, seal.minter);
    }
    // Its own dialect has a slot for each of its seals.
    if (!answer.isWhole || answer.seals.every((seal) => seal.dialect === dialect.id)) return;
    const text = JSON.stringify(answer.items);
    if (first !== undefined) this.#vault.keep(organization, 'call', first, text);
    // Without a call, or where its id is spelled in another way for the caller, the place in the conversation is the name.
    if (answer.callIds.every((id) => plainId.test(id)) && first !== undefined) return;
    const digest = new ConversationDigest();
    for (const turn of turns) digest.add(turn.role, turn.blocks);
    this.#vault.keep(organization, 'conversation', digest.after(answer.said), text);
  }

  /** Providers exist that give the same id to another call: the last answer that had it says what it means. */
  #markCalls(organization: string, dialect: Dialect, answer: WatchedAnswer): void {
    const matters = remembersCalls(dialect.id);
    const mark = (kind: VaultKind, isSet: boolean, id: string): void => {
      if (matters && isSet) this.#vault.keep(organization, kind, id, '');
      else this.#vault.drop(organization, kind, id);
    };
    for (const id of answer.callIds) {
      mark('call', false, id);
      mark('headless', !answer.beginsSealed, id);
      mark('unsealed', answer.hasUnsealed, id);
    }
  }

  #hasMarkedCalls(organization: string, body: Buffer, dialect: Dialect): boolean {
    const isMarked = (kind: VaultKind) => (id: string) => this.#vault.has(organization, kind, id);
    if (this.#vault.holdsAny(organization, 'unsealed') && answeredCalls(body, dialect.id).some(isMarked('unsealed')))
      return true;
    if (!this.#vault.holdsAny(organization, 'headless') || !wantsHead(body, dialect.id)) return false;
    return answeredCalls(body, dialect.id).slice(-1).some(isMarked('headless'));
  }
}

/**
 * Which provider keeps which answer, and for whom. In memory: an instance knows the answers that it relayed, as long as
 * it lives and there is room. Nothing of their content is kept.
 */
import { readForReport } from '../../dialects/door.ts';
import { ExpiringMap } from '../../lib/expiring-map.ts';
import { LlmFailure } from '../../llm/error.ts';
import type { Target } from '../../snapshot/snapshot.ts';
import type { Tally } from '../answer/tally.ts';
import type { Exchange } from '../exchange.ts';
import type { Ending } from '../metering/meter.ts';
import type { Plan } from '../plan.ts';

export interface StoredAnswer {
  readonly organizationId: string;
  readonly target: Target;
  /** Made in the background: its usage is only known once it is read, and charged then. */
  unpaid?: { readonly requestedModel: string } | undefined;
}

/** OpenAI keeps answers for 30 days: https://platform.openai.com/docs/guides/conversation-state */
const limits = { ttlMs: 30 * 24 * 60 * 60 * 1000, entriesMax: 200_000, bytesMax: 64 * 1024 * 1024 };
/** An id, an organization's name and what the map itself takes. */
const entryBytes = 256;

export class StoredAnswers {
  readonly #answers = new ExpiringMap<StoredAnswer>(limits);

  get size(): number {
    return this.#answers.size;
  }

  /** After an answer that was relayed, however it ended: its provider has it from its first event on. */
  remember(exchange: Exchange, { plan, tally }: Ending<Plan>, now: number): void {
    const id = tally?.answerId;
    if (id === undefined || !plan?.relayed || plan.endpoint.keepsAnswers !== true) return;
    const unpaid = isInBackground(exchange, tally) ? { requestedModel: exchange.ask.model } : undefined;
    // What is made in the background can be had in no other way than by asking for it.
    if (readForReport(exchange.ask.scan, 'store') === false && unpaid === undefined) return;
    const answer: StoredAnswer = { organizationId: exchange.key.organization.id, target: plan.target, unpaid };
    this.#answers.set(id, answer, entryBytes, now);
  }

  find(id: string, now: number): StoredAnswer | undefined {
    return this.#answers.get(id, now);
  }

  forget(id: string): void {
    this.#answers.delete(id);
  }

  /**
   * The targets that can go on with the answer that a request names: only the credential that made it knows it. Throws
   * LlmFailure (not-found) for another organization's.
   */
  keepersOf(exchange: Exchange, targets: readonly Target[], now: number): readonly Target[] {
    if (exchange.dialect.keptId === undefined) return targets;
    const id = readForReport(exchange.ask.scan, 'previous_response_id');
    const stored = typeof id === 'string' ? this.#answers.get(id, now) : undefined;
    if (stored === undefined) return targets;
    if (stored.organizationId !== exchange.key.organization.id) throw unknownAnswer(String(id), 'previous_response_id');
    const keepers = targets.filter(({ credential }) => credential.id === stored.target.credential.id);
    return keepers.length === 0 ? targets : keepers;
  }
}

/** The provider has promised an answer, and nothing of it has come. */
export function isInBackground(exchange: Exchange, tally: Tally | undefined): boolean {
  if (tally === undefined || tally.usage !== undefined || tally.answerId === undefined) return false;
  return readForReport(exchange.ask.scan, 'background') === true;
}

/** The same words for an answer that never was, one that is forgotten, and one of somebody else's. */
export function unknownAnswer(id: string, param?: string): LlmFailure {
  const remedy =
    param === undefined
      ? ' Say with the header x-tollgate-model which model (provider/name) has made it.'
      : ' Send the whole conversation in input.';
  return new LlmFailure({
    kind: 'not-found',
    message: `There is no answer ${JSON.stringify(id.slice(0, 80))} here, or this gateway no longer knows which provider keeps it.${remedy}`,
    code: 'answer_not_found',
    ...(param !== undefined && { param }),
  });
}

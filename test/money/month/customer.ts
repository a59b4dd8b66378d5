/** A customer of the reseller: what it asks, and why each answer costs what it costs. */
import { formatUsd, parseUsd } from '../../../src/lib/money.ts';
import type { NextAnswer } from './fake-model.ts';
import type { Narrator } from './narrator.ts';
import type { Office, Page } from './office.ts';
import { billOf, type ModelName } from './rates.ts';
import type { World } from './world.ts';

export interface Question extends NextAnswer {
  readonly what: string;
  readonly model: ModelName;
  readonly stream?: boolean;
}

export interface UsageRow {
  readonly status: string;
  readonly inputTokens: number;
  readonly cacheReadTokens: number;
  readonly outputTokens: number;
  readonly costUsd: string;
  readonly chargeUsd: string;
  readonly estimated: boolean;
  readonly flags: readonly string[];
}

interface Stage {
  readonly world: World;
  readonly office: Office;
  readonly tell: Narrator;
}

interface Identity {
  readonly id: string;
  readonly name: string;
  readonly markupPercent: bigint;
}

export class Customer {
  readonly id: string;
  readonly name: string;
  readonly markupPercent: bigint;
  readonly #stage: Stage;

  constructor(stage: Stage, { id, name, markupPercent }: Identity) {
    this.id = id;
    this.name = name;
    this.markupPercent = markupPercent;
    this.#stage = stage;
  }

  balance(): Promise<bigint> {
    return this.#stage.office.balance(this.id);
  }

  /** Asks, and compares the row of usage and the balance with what was reckoned by hand. */
  async ask(key: string, question: Question): Promise<void> {
    const { tell } = this.#stage;
    const before = await this.balance();
    const { status, text } = await this.#send(key, question);
    tell.say(`${this.name}: ${question.what} (${question.model}): ${status}`);
    if (status !== 200) tell.because(text);
    tell.same(`the status of "${question.what}"`, status, 200);
    await this.#explain(question, before);
  }

  /** The same so many times; told once. */
  async askTimes(times: number, key: string, question: Question): Promise<void> {
    const { tell, world } = this.#stage;
    const before = await this.balance();
    const statuses = new Set<number>();
    for (let i = 0; i < times; i++) statuses.add((await this.#send(key, question)).status);
    await world.settle();
    const { chargeNanoUsd, lines } = billOf(question.model, question, this.markupPercent);
    tell.say(`${this.name}: ${question.what} (${question.model}), ${times} times: ${[...statuses].join(', ')}`);
    for (const line of lines) tell.because(line);
    tell.because(`${times} x ${formatUsd(chargeNanoUsd)} = ${formatUsd(BigInt(times) * chargeNanoUsd)}`);
    tell.same('their status', [...statuses].join(), '200');
    await this.#checkBalance(before, BigInt(times) * chargeNanoUsd);
  }

  /** It is refused: by whom, with which words, and without a charge. */
  async isRefused(key: string, question: Question, code: string): Promise<void> {
    const { tell, world } = this.#stage;
    const before = await this.balance();
    const { status, text } = await this.#send(key, question);
    await world.settle();
    const { error } = JSON.parse(text) as { error: { code: string; message: string } };
    tell.say(`${this.name}: ${question.what} (${question.model}): ${status} ${error.code}`);
    tell.because(`"${error.message}"`);
    tell.same(`the code of "${question.what}"`, error.code, code);
    await this.#checkBalance(before, 0n);
  }

  /** The provider fails until the gateway gives up: nothing was produced, so nothing is charged. */
  async meetsFailure(key: string, question: Question): Promise<void> {
    const { tell, world } = this.#stage;
    const before = await this.balance();
    const { status } = await this.#send(key, { ...question, fails: true });
    await world.settle();
    tell.say(`${this.name}: ${question.what} (${question.model}): ${status}`);
    const row = await this.#newestRow();
    tell.because(`the row of usage says ${row.status}, charge ${formatUsd(parseUsd(row.chargeUsd))}`);
    tell.same('the charge of a failure', parseUsd(row.chargeUsd), 0n);
    await this.#checkBalance(before, 0n);
  }

  /** It hangs up in the middle of a stream: what was produced is charged, by the gateway's own count. */
  async hangsUp(key: string, question: Question & { readonly stopsAfter: number }): Promise<void> {
    const { tell, world } = this.#stage;
    const before = await this.balance();
    await this.#leave(key, question);
    for (let row = await this.#newestRow(); row.status !== 'cancelled'; row = await this.#newestRow()) {
      await world.settle();
    }
    const row = await this.#newestRow();
    tell.say(`${this.name}: ${question.what} (${question.model}): hung up after ${question.stopsAfter} words`);
    const counts = { input: row.inputTokens, output: row.outputTokens };
    tell.because(`the provider never came to its count, so the gateway's own one holds (${row.flags.join(', ')}):`);
    const bill = billOf(question.model, counts, this.markupPercent);
    for (const line of bill.lines) tell.because(line);
    tell.same('its charge', parseUsd(row.chargeUsd), bill.chargeNanoUsd);
    tell.same('whether it is flagged', String(row.estimated), 'true');
    await this.#checkBalance(before, bill.chargeNanoUsd);
  }

  async #explain(question: Question, before: bigint): Promise<void> {
    const { tell, world } = this.#stage;
    await world.settle();
    const bill = billOf(question.model, question, this.markupPercent);
    for (const line of bill.lines) tell.because(line);
    const row = await this.#newestRow();
    const counted = [row.inputTokens, row.cacheReadTokens, row.outputTokens].join();
    tell.same('its tokens', counted, [question.input, question.cacheRead ?? 0, question.output].join());
    tell.same('its cost', parseUsd(row.costUsd), bill.costNanoUsd);
    tell.same('its charge', parseUsd(row.chargeUsd), bill.chargeNanoUsd);
    await this.#checkBalance(before, bill.chargeNanoUsd);
  }

  async #checkBalance(before: bigint, charge: bigint): Promise<void> {
    const { tell } = this.#stage;
    const after = await this.balance();
    tell.because(
      charge === 0n
        ? `nothing is charged: the balance stays ${formatUsd(after)}`
        : `balance ${formatUsd(before)} - ${formatUsd(charge)} = ${formatUsd(after)}`,
    );
    tell.same('the balance', after, before - charge);
  }

  async #newestRow(): Promise<UsageRow> {
    const { data } = await this.#stage.office.get<Page<UsageRow>>(`/usage?organizationId=${this.id}&limit=1`);
    const [row] = data;
    if (row === undefined) throw new Error(`${this.name} has no row of usage`);
    return row;
  }

  async #send(key: string, question: Question): Promise<{ status: number; text: string }> {
    const answer = await this.#open(key, question);
    return { status: answer.status, text: await answer.text() };
  }

  async #leave(key: string, question: Question & { readonly stopsAfter: number }): Promise<void> {
    const hangUp = new AbortController();
    const answer = await this.#open(key, { ...question, stream: true }, hangUp.signal);
    const decoder = new TextDecoder();
    let text = '';
    for await (const bytes of answer.body ?? []) {
      text += decoder.decode(bytes as Uint8Array, { stream: true });
      if ((text.match(/word/g)?.length ?? 0) >= question.stopsAfter) break;
    }
    hangUp.abort();
  }

  /** A Messages model is asked in its own dialect. */
  #open(key: string, question: Question, signal?: AbortSignal): Promise<Response> {
    const { world } = this.#stage;
    world.model.next = question;
    const isMessages = question.model === 'claude-sonnet-4-5';
    const body = {
      model: question.model,
      max_tokens: question.output,
      stream: question.stream === true,
      messages: [{ role: 'user', content: promptOf(question.input + (question.cacheRead ?? 0)) }],
    };
    return fetch(`${world.url}/v1/${isMessages ? 'messages' : 'chat/completions'}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      ...(signal && { signal }),
    });
  }
}

/** About as long as it is counted. */
function promptOf(tokens: number): string {
  return 'word '.repeat(tokens).trimEnd();
}

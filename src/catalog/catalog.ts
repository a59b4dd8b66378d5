/** A model is a row: its prices, limits and capabilities. */
import type { TargetModel } from '../llm/model.ts';
import type { InputKind } from './capabilities.ts';

export interface CatalogModel {
  /** `provider/name` as callers write it. */
  readonly id: string;
  /** Id of the configured provider that serves it (`openai`, or an operator's own `local`). */
  readonly provider: string;
  readonly name: string;
  /** What a codec must know of it; `target.name` goes on the wire. */
  readonly target: TargetModel;
  readonly contextTokens?: number;
  readonly outputTokensMax?: number;
  /** What it takes in, as far as the catalogue knows; empty: unknown. */
  readonly inputs?: readonly InputKind[];
  readonly tools?: boolean;
  /** Can think before it answers. */
  readonly thinks?: boolean;
  /** Id of the operator's row that holds for it (`models.<id>`): its own, or that of the model it is a name of. */
  readonly ownRow?: string;
  /** Unix time, for model lists. */
  readonly createdAtMs?: number;
  /** The price in force at a time. Undefined: unknown, so refused or capped by policy, never free. */
  priceAt(nowMs: number): PriceVersion | undefined;
  /** The same for operations other than chat, which may need no price of input or output. Absent: as `priceAt`. */
  operationPriceAt?(nowMs: number): OperationPrice | undefined;
}

/** Pico-dollars for one token: $1 per million tokens is 1,000,000. */
export type PicoUsd = bigint;

/** Rates of one usage kind; tiers apply to the whole request once its input is above `fromInputTokens`. */
export interface Rate {
  readonly base: PicoUsd;
  readonly tiers?: readonly { readonly fromInputTokens: number; readonly rate: PicoUsd }[];
}

export interface PriceVersion {
  /** Stable name of exactly these rates, e.g. `genai-prices:openai/gpt-5:3f2a…`; kept on each usage row. */
  readonly id: string;
  readonly input: Rate;
  readonly output: Rate;
  readonly cacheRead?: Rate;
  readonly cacheWrite5m?: Rate;
  readonly cacheWrite1h?: Rate;
  readonly audioInput?: Rate;
  readonly audioOutput?: Rate;
  /** Pico-dollars for one request, and for one web search. */
  readonly perRequest?: PicoUsd;
  readonly perWebSearch?: PicoUsd;
  /** Tokens of pictures, which are a part of input and output. */
  readonly imageInput?: Rate;
  readonly imageOutput?: Rate;
  /** Pico-dollars for one picture made, one second of sound heard, one character spoken, one unit of search. */
  readonly perImage?: PicoUsd;
  readonly perAudioSecond?: PicoUsd;
  readonly perCharacter?: PicoUsd;
  readonly perSearch?: PicoUsd;
}

/** A price of which only some rates are known: enough for an operation that uses nothing else. */
export type OperationPrice = Partial<PriceVersion> & Pick<PriceVersion, 'id'>;

/** A charge taken apart: what each kind of use costs by a price. The lines sum to what `chargePicoUsd` says. */
import { inputTokensOf, type Usage } from '../llm/usage.ts';
import type { OperationPrice, PicoUsd, Rate } from './catalog.ts';
import { rateFor } from './charge.ts';

export interface ChargeLine {
  /** `input`, `cacheRead`, `webSearches` … */
  readonly kind: string;
  readonly units: number;
  /** For one unit. */
  readonly ratePicoUsd: PicoUsd;
  readonly amountPicoUsd: PicoUsd;
}

/** Kinds that were not used have no line. */
export function chargeLines(price: OperationPrice, usage: Usage): readonly ChargeLine[] {
  const total = inputTokensOf(usage);
  const at = (rate: Rate | undefined): PicoUsd | undefined => rate && rateFor(rate, total);
  const input = at(price.input) ?? 0n;
  const output = at(price.output) ?? input;
  const write5m = at(price.cacheWrite5m);
  const twice = 2n * input;
  const write1h = at(price.cacheWrite1h) ?? (write5m === undefined ? input : write5m > twice ? write5m : twice);
  return [
    ...withMedia('input', usage.input, input, [
      ['audioInput', usage.audioInput, at(price.audioInput)],
      ['imageInput', usage.imageInput, at(price.imageInput)],
    ]),
    line('cacheRead', usage.cacheRead, at(price.cacheRead) ?? input),
    line('cacheWrite5m', usage.cacheWrite5m, write5m ?? input),
    line('cacheWrite1h', usage.cacheWrite1h, write1h),
    ...withMedia('output', usage.output, output, [
      ['audioOutput', usage.audioOutput, at(price.audioOutput)],
      ['imageOutput', usage.imageOutput, at(price.imageOutput)],
    ]),
    line('webSearches', usage.webSearches, price.perWebSearch ?? 0n),
    line('images', usage.images, price.perImage ?? 0n),
    line('audioSeconds', usage.audioSeconds, price.perAudioSecond ?? 0n),
    line('characters', usage.characters, price.perCharacter ?? 0n),
    line('searches', usage.searches, price.perSearch ?? 0n),
    line('request', price.perRequest === undefined ? 0 : 1, price.perRequest ?? 0n),
  ].filter(({ units }) => units > 0);
}

type Medium = readonly [kind: string, units: number, rate: PicoUsd | undefined];

/** Each medium is a part of `tokens`, and never more than there are. */
function withMedia(kind: string, tokens: number, rate: PicoUsd, media: readonly Medium[]): ChargeLine[] {
  let rest = tokens;
  const lines: ChargeLine[] = [];
  for (const [own, units, ownRate] of media) {
    if (ownRate === undefined) continue;
    const taken = Math.min(units, rest);
    rest -= taken;
    lines.push(line(own, taken, ownRate));
  }
  return [line(kind, rest, rate), ...lines];
}

function line(kind: string, units: number, ratePicoUsd: PicoUsd): ChargeLine {
  return { kind, units, ratePicoUsd, amountPicoUsd: BigInt(units) * ratePicoUsd };
}

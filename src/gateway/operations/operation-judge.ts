/** What an operation used: the provider's count where it gives one, else what the request itself says, flagged. */
import type { OperationPrice } from '../../catalog/catalog.ts';
import type { UsageStatus } from '../../journal/record.ts';
import { leavesCounts } from '../../llm/unpriced.ts';
import { noUsage, type Usage } from '../../llm/usage.ts';
import type { ModelOperation } from '../../operations/operation.ts';
import type { Tally } from '../answer/tally.ts';
import type { JudgedUsage } from '../metering/judged-usage.ts';

/** Which rate a kind is charged by. */
const rateOf = {
  input: 'input',
  output: 'output',
  images: 'perImage',
  audioSeconds: 'perAudioSecond',
  characters: 'perCharacter',
  searches: 'perSearch',
} as const satisfies Partial<Record<keyof Usage, keyof OperationPrice>>;

type Sold = keyof typeof rateOf;

/**
 * Each kind that the price has a rate for must be known, or it would be free by omission: what the provider does not
 * say is what the request asks for. A kind without a rate is reported as the provider says it, or not at all.
 */
export function judgeOperation(
  operation: ModelOperation,
  expected: Usage,
  price: OperationPrice,
  tally: Tally,
  status: UsageStatus,
): JudgedUsage {
  const said = tally.usage ?? {};
  const flags = [...tally.usageFlags];
  const usage: { -readonly [K in keyof Usage]: Usage[K] } = { ...noUsage, ...said };
  // Sold by tokens in one way and by pieces in another: a provider that counts in pieces has counted.
  const counted = (Object.keys(rateOf) as Sold[]).some((kind) => said[kind] !== undefined && sells(price, kind));
  for (const kind of Object.keys(rateOf) as Sold[]) {
    if (said[kind] !== undefined && (said[kind] > 0 || expected[kind] === 0)) continue;
    if (operation.exact.includes(kind)) {
      usage[kind] = expected[kind];
      continue;
    }
    if (!sells(price, kind) || expected[kind] === 0) continue;
    if (counted && said[kind] === undefined) continue;
    usage[kind] = kind === 'output' && status !== 'completed' ? Math.ceil(tally.outputTokensSeen) : expected[kind];
    if (kind === 'output') usage.imageOutput = Math.max(usage.imageOutput, expected.imageOutput);
    if (kind === 'input') usage.audioInput = Math.max(usage.audioInput, expected.audioInput);
    flags.push(said[kind] === 0 ? `lying:no-${kind}` : 'usage-missing');
  }
  if (tally.outputTokensSeen > 0 && said.output === undefined && usage.output === 0)
    usage.output = Math.ceil(tally.outputTokensSeen);
  const noted = [...new Set(flags)];
  const estimated = noted.some((flag) => !leavesCounts(flag));
  return { usage: bounded(usage), estimated, flags: noted, charged: true };
}

function sells(price: OperationPrice, kind: Sold): boolean {
  const rate = price[rateOf[kind]];
  return rate !== undefined && (typeof rate === 'bigint' ? rate > 0n : rate.base > 0n);
}

/** Parts cannot be larger than their whole. */
function bounded(usage: Usage): Usage {
  return {
    ...usage,
    thinking: Math.min(usage.thinking, usage.output),
    audioInput: Math.min(usage.audioInput, usage.input),
    audioOutput: Math.min(usage.audioOutput, usage.output),
    imageInput: Math.min(usage.imageInput, usage.input),
    imageOutput: Math.min(usage.imageOutput, usage.output),
  };
}

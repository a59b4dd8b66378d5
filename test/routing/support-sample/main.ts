/**
 * What `smart` and `cheapest` save on support conversations, against always asking the strong model.
 *   npm run sample:support -- --count 100000 --seed 1 --cheap openai/gpt-5-mini --strong openai/gpt-5
 */
import { parseArgs } from 'node:util';
import { shareInterval } from '../../../src/routing/smart/replay.ts';
import { defaultThresholds } from '../../../src/routing/smart/tier.ts';
import { type Conversation, conversations } from './conversations.ts';
import { type Decided, decider, type StrategyName } from './decisions.ts';

const { values: options } = parseArgs({
  options: {
    count: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    cheap: { type: 'string', default: 'openai/gpt-5-mini' },
    strong: { type: 'string', default: 'openai/gpt-5' },
    threshold: { type: 'string' },
    json: { type: 'boolean', default: false },
    bodies: { type: 'boolean', default: false },
  },
});

const count = Number(options.count);
const threshold = options.threshold === undefined ? undefined : Number(options.threshold);
const names: readonly StrategyName[] = ['always strong', 'cheapest', 'smart'];

if (options.bodies) await writeBodies();
else report();

/** For `tollgate route replay -`: the conversations themselves, as they would be sent. */
async function writeBodies(): Promise<void> {
  for (const { label, messages, outputTokens } of conversations(count, Number(options.seed))) {
    const line = JSON.stringify({ label, outputTokens, body: { messages } });
    if (!process.stdout.write(`${line}\n`)) await new Promise((resolve) => process.stdout.once('drain', resolve));
  }
}

interface Sum {
  nanoUsd: number;
  cheap: number;
  misrouted: number;
}

function report(): void {
  const startMs = performance.now();
  const decideOne = decider({ cheap: options.cheap, strong: options.strong }, Date.now(), threshold);
  const sums: Record<string, Sum> = Object.fromEntries(
    [...names, 'labels'].map((name) => [name, { nanoUsd: 0, cheap: 0, misrouted: 0 }]),
  );
  const texts = new Map<string, { times: number; misrouted: number }>();
  let [complex, inputTokens] = [0, 0];
  for (const conversation of conversations(count, Number(options.seed))) {
    const decided = decideOne(conversation);
    inputTokens += decided.inputTokens;
    complex += Number(conversation.label === 'complex');
    add(sums, conversation, decided);
    if (conversation.label === 'complex') countText(texts, conversation.source, decided.cheap.smart);
  }
  const seconds = (performance.now() - startMs) / 1000;
  const strong = sums['always strong']?.nanoUsd ?? 0;
  const rows = Object.entries(sums).map(([name, sum]) => ({
    strategy: name,
    costUsd: sum.nanoUsd / 1e9,
    savedShare: 1 - sum.nanoUsd / strong,
    cheapShare: sum.cheap / count,
    misroutedShare: complex === 0 ? 0 : sum.misrouted / complex,
  }));
  const missed = [...texts.values()].filter(({ times, misrouted }) => misrouted * 2 > times).length;
  const [from, to] = shareInterval(missed, texts.size);
  const facts = {
    conversations: count,
    seed: Number(options.seed),
    tokensEach: Math.round(inputTokens / count),
    complex,
    cheap: options.cheap,
    strong: options.strong,
    threshold: threshold ?? defaultThresholds(2)[0],
    strategies: rows,
    smartMisrouted: { complexTexts: texts.size, misroutedTexts: missed, interval: [from, to] },
    seconds: Math.round(seconds * 10) / 10,
  };
  process.stdout.write(`${options.json ? JSON.stringify(facts, null, 2) : textOf(facts)}\n`);
}

function add(sums: Record<string, Sum>, { label }: Conversation, { cheap, nanoUsd }: Decided): void {
  const went: Record<string, boolean> = { ...cheap, labels: label === 'routine' };
  for (const [name, sum] of Object.entries(sums)) {
    const isCheap = went[name] === true;
    sum.nanoUsd += isCheap ? nanoUsd.cheap : nanoUsd.strong;
    sum.cheap += Number(isCheap);
    sum.misrouted += Number(isCheap && label === 'complex');
  }
}

function countText(texts: Map<string, { times: number; misrouted: number }>, source: string, misrouted: boolean): void {
  const known = texts.get(source) ?? { times: 0, misrouted: 0 };
  texts.set(source, known);
  known.times++;
  known.misrouted += Number(misrouted);
}

interface Facts {
  readonly conversations: number;
  readonly tokensEach: number;
  readonly complex: number;
  readonly cheap: string;
  readonly strong: string;
  readonly threshold: number | undefined;
  readonly seconds: number;
  readonly strategies: readonly {
    strategy: string;
    costUsd: number;
    savedShare: number;
    cheapShare: number;
    misroutedShare: number;
  }[];
  readonly smartMisrouted: { complexTexts: number; misroutedTexts: number; interval: readonly (number | undefined)[] };
}

function textOf(facts: Facts): string {
  const { smartMisrouted: missed, strategies } = facts;
  const head = `${facts.conversations} conversations of about ${facts.tokensEach} tokens, ${percent(facts.complex / facts.conversations)} complex; ${facts.cheap} or ${facts.strong}; smart from ${facts.threshold} on\n`;
  const table = strategies.map(({ strategy, costUsd, savedShare, cheapShare, misroutedShare }) =>
    [
      (strategy === 'labels' ? 'by the labels' : strategy).padEnd(14),
      `$${costUsd.toFixed(2)}`.padStart(10),
      percent(savedShare).padStart(9),
      percent(cheapShare).padStart(9),
      percent(misroutedShare).padStart(12),
    ].join(''),
  );
  const columns = `${''.padEnd(14)}${'COST'.padStart(10)}${'SAVED'.padStart(9)}${'CHEAP'.padStart(9)}${'MISROUTED'.padStart(12)}`;
  const [from = 0, to = 1] = missed.interval;
  const tail = `smart misroutes ${missed.misroutedTexts} of the ${missed.complexTexts} different complex texts: 95 % interval ${percent(from)} to ${percent(to)}. ${facts.seconds} s.`;
  return [head, columns, ...table, '', tail].join('\n');
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

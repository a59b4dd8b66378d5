/** Every rule's score, as the page on routing has it. */
import { requestsOf } from './callers.ts';
import { ownRules } from './own-rules.ts';
import { oracle, peerRules } from './peer-rules.ts';
import { play, type Score } from './play.ts';
import { durationMs } from './provider-world.ts';

const seed = 20_261_121;

export interface Simulation {
  readonly requests: number;
  readonly oracle: Score;
  readonly own: readonly Score[];
  readonly peers: readonly Score[];
}

export function simulate(): Simulation {
  const requests = requestsOf(seed, durationMs);
  return {
    requests: requests.length,
    oracle: play(oracle, requests, seed),
    own: ownRules.map((rule) => play(rule, requests, seed)),
    peers: peerRules.map((rule) => play(rule, requests, seed)),
  };
}

export function tableOf({ requests, oracle, own, peers }: Simulation): string {
  const head = ['rule', 'dollars for 1,000 answers', 'beside the oracle', 'first token p50', 'p99', 'answered'];
  const row = (score: Score): readonly string[] => [
    score.name,
    score.dollars.toFixed(4),
    `${score.dollars >= oracle.dollars ? '+' : ''}${((score.dollars / oracle.dollars - 1) * 100).toFixed(1)} %`,
    `${Math.round(score.firstTokenP50Ms)} ms`,
    `${Math.round(score.firstTokenP99Ms)} ms`,
    `${(score.success * 100).toFixed(3)} %`,
  ];
  const rows = [head, head.map(() => '---'), ...[oracle, ...own, ...peers].map(row)];
  const lines = rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  return `${requests.toLocaleString('en-US')} requests, seed ${seed}.\n\n${lines}`;
}

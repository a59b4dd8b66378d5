/** A quote for people. */
import type { Quote } from '../../gateway/own/quote.ts';
import type { DescribedCandidate, DescribedDecision } from '../../routing/describe.ts';
import { renderTable } from '../table.ts';

/** `offline`: nobody has been measured. */
export function renderQuote({ model, target, inputTokens, decision }: Quote, offline: boolean): string {
  const { route, strategy, candidates, candidatesCount } = decision;
  const named = route === model ? `Route ${route}` : `${model} (route ${route})`;
  const whom = target === null ? 'nobody can be asked this' : `${target} would be asked first`;
  return [
    `${named}, strategy ${strategy}: ${whom}. About ${inputTokens} input tokens.\n`,
    renderTable(head, candidates.map(candidateCells)),
    ...(candidatesCount > candidates.length ? [`and ${candidatesCount - candidates.length} more\n`] : []),
    ...rejectedText(decision),
    ...smartText(decision),
    ...stickyText(decision),
    ...(decision.arm === null ? [] : [`Arm of the experiment: ${decision.arm}\n`]),
    ...(decision.explored ? ['The first one stands there to be looked at, as a small share of requests does.\n'] : []),
    noteOf(candidates, offline),
  ]
    .filter(Boolean)
    .join('\n');
}

const head = ['#', 'TARGET', 'SCORE', 'LOW', 'LIKELY', 'HIGH', 'FIRST TOKEN', 'TOKENS/S', 'SUCCESS', 'STATE', 'ASKED'];

function candidateCells(candidate: DescribedCandidate, i: number): string[] {
  const { target, score, costUsd, firstTokenMs, tokensPerSecond, successShare, samples, state, until } = candidate;
  // What nobody has measured is marked.
  const mark = samples === 0 ? '~' : '';
  return [
    String(i + 1),
    target,
    score === null ? '' : String(score),
    ...(costUsd === null ? ['no price', '', ''] : [costUsd.low, costUsd.likely, costUsd.high].map(dollars)),
    `${mark}${Math.round(firstTokenMs)} ms`,
    `${mark}${Math.round(tokensPerSecond)}`,
    `${mark}${(successShare * 100).toFixed(1)} %`,
    until === null ? state : `${state} until ${until.slice(11, 19)}`,
    `${askedText(candidate)}${candidate.paidBy === 'organization' ? ' (own key)' : ''}`,
  ];
}

function dollars(usd: string | null): string {
  return usd === null ? 'no limit' : `$${usd}`;
}

function askedText({ asked }: DescribedCandidate): string {
  if (asked === null) return '';
  if ('refused' in asked) return `cannot be: ${asked.refused}`;
  const without = asked.dropped.length === 0 ? '' : `, without ${asked.dropped.join(', ')}`;
  return asked.how === 'relay' ? `as it is${without}` : `in ${asked.dialect}${without}`;
}

function rejectedText({ rejected, rejectedCount }: DescribedDecision): string[] {
  if (rejectedCount === 0) return [];
  const rows = rejected.map(({ target, filter, why }) => [target, filter, why]);
  return [renderTable(['LEFT OUT', 'RULE', 'WHY'], rows)];
}

function smartText({ smart }: DescribedDecision): string[] {
  if (smart === null) return [];
  const by = smart.rule === null ? '' : `, by rule ${smart.rule + 1} of the route`;
  const rows = smart.reasons.map(({ signal, weight, what }) => [`${weight > 0 ? '+' : ''}${weight}`, signal, what]);
  return [
    `Complexity ${smart.score} (0 routine, 1 complex), tier ${smart.tier + 1}${by}, language ${smart.language}\n${renderTable(['WEIGHT', 'SIGNAL', 'WHAT'], rows)}`,
  ];
}

function stickyText({ sticky }: DescribedDecision): string[] {
  if (sticky === null) return [];
  const worth = sticky.cacheWorthUsd === null ? '' : `, worth $${sticky.cacheWorthUsd}`;
  const what = sticky.kept ? 'The conversation stays where it was' : `The conversation is not kept (${sticky.why})`;
  return [`${what}: ${sticky.target} holds ${sticky.cachedTokens} tokens of it${worth}\n`];
}

function noteOf(candidates: readonly DescribedCandidate[], offline: boolean): string {
  if (offline)
    return 'By the configuration alone: nothing has been measured, so what stands with ~ is assumed. A running gateway is asked with --url and --key.\n';
  const isAssumed = candidates.some(({ samples }) => samples === 0);
  return isAssumed ? 'What stands with ~ is assumed: that target has not been asked of late.\n' : '';
}

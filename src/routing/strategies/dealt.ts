/** Strategies that go by chance: for each request, or once for each subject of an experiment. */
import { hash } from 'node:crypto';
import type { SplitSubject } from '../../snapshot/strategy.ts';
import type { RoutingAsk } from '../ask.ts';
import type { Option, Order } from './option.ts';

/** Each comes first in proportion to its weight, and so on among the rest: u^(1/w), the largest first. */
export const weighted: Order = (options, { world }) => {
  const drawn = options.map((option) => ({ option, draw: world.random() ** (1 / option.member.weight) }));
  return drawn.sort((a, b) => b.draw - a.draw).map(({ option }) => option);
};

/** The subject's arm first; the others, as listed, only where that one fails. */
export function split(by: SplitSubject): Order {
  return (options, { route, ask, facts }) => {
    const chosen = armAt(options, positionOf(route, subjectOf(by, ask)));
    facts.arm = chosen.member.name;
    return [chosen, ...options.filter((option) => option !== chosen)];
  };
}

/** A request that names no user or session is a subject of its own: it must not pull all of its kind into one arm. */
function subjectOf(by: SplitSubject, { subjects }: RoutingAsk): string {
  return subjects[by] ?? subjects.request;
}

/** 0 to 1, even, and the same on every instance. */
function positionOf(route: string, subject: string): number {
  return Number.parseInt(hash('sha256', `${route}\0${subject}`, 'hex').slice(0, 12), 16) / 2 ** 48;
}

function armAt(options: readonly Option[], position: number): Option {
  let left = position * options.reduce((sum, { member }) => sum + member.weight, 0);
  for (const option of options) {
    left -= option.member.weight;
    if (left < 0) return option;
  }
  return options.at(-1) as Option;
}

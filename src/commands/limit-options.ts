/** The options of commands that give limits: `--rpm 60 --concurrent 5`. */
import type { Command } from 'commander';
import { type LimitName, type Limits, limitMax } from '../llm/limits.ts';
import { CommandFailure, exitCodes } from './outcome.ts';

const options: Readonly<Record<LimitName, readonly [flag: string, value: string, meaning: string]>> = {
  requestsPerMinute: ['rpm', 'requests', 'most requests per minute; one more gets 429 (default: no limit)'],
  requestsPerDay: ['rpd', 'requests', 'most requests in 24 hours'],
  tokensPerMinute: ['tpm', 'tokens', 'most tokens per minute, input and output together (default: no limit)'],
  tokensPerDay: ['tpd', 'tokens', 'most tokens in 24 hours, input and output together'],
  inputTokensPerMinute: ['itpm', 'tokens', 'most input tokens per minute'],
  inputTokensPerDay: ['itpd', 'tokens', 'most input tokens in 24 hours'],
  outputTokensPerMinute: ['otpm', 'tokens', 'most output tokens per minute'],
  outputTokensPerDay: ['otpd', 'tokens', 'most output tokens in 24 hours'],
  concurrentRequests: ['concurrent', 'requests', 'most requests that run at the same time'],
};

const listed = Object.entries(options) as [LimitName, (typeof options)[LimitName]][];

/** What commander makes of them, among other options. */
export type LimitOptions = { readonly [flag: string]: unknown };

export function addLimitOptions(command: Command): Command {
  for (const [, [flag, value, meaning]] of listed) command.option(`--${flag} <${value}>`, meaning);
  return command;
}

/** Throws CommandFailure. */
export function limitsFrom(given: object): Limits {
  const values = given as LimitOptions;
  return Object.fromEntries(
    listed.flatMap(([name, [flag]]) => {
      const text = values[flag];
      return text === undefined ? [] : [[name, parseLimit(`--${flag}`, String(text))]];
    }),
  );
}

function parseLimit(option: string, text: string): number {
  if (/^[1-9]\d{0,9}$/.test(text) && Number(text) <= limitMax) return Number(text);
  const remedy = `Write a whole number from 1 to ${limitMax}, or leave the option out for no limit.`;
  const what = /pm$/.test(option) ? 'a limit per minute' : 'a limit';
  throw new CommandFailure(exitCodes.usage, `${option} ${JSON.stringify(text)} is not ${what}.`, remedy);
}

/** How long is waited for providers: for all, and what replaces it at one provider. */
import { z } from 'zod';
import { wholeNumber } from './leaves.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Shared by the defaults and by what replaces them. */
const leaves = {
  connectMs: wholeNumber(1, hourMs, 'milliseconds'),
  firstTokenMs: wholeNumber(1, dayMs, 'milliseconds'),
  wholeMs: wholeNumber(1, dayMs, 'milliseconds'),
  idleMs: wholeNumber(1, dayMs, 'milliseconds'),
  totalMs: wholeNumber(1, dayMs, 'milliseconds'),
};

export const timeouts = z.strictObject({
  connectMs: leaves.connectMs.default(10_000).describe('Time to connect to a provider.'),
  firstTokenMs: leaves.firstTokenMs
    .default(600_000)
    .describe('Time from asking a provider to the first content of a stream; then the next target is asked.'),
  wholeMs: leaves.wholeMs
    .default(600_000)
    .describe('Time from asking a provider to the end of an answer that is not streamed; then the next is asked.'),
  idleMs: leaves.idleMs.default(120_000).describe('Longest silence inside a stream.'),
  totalMs: leaves.totalMs
    .default(hourMs)
    .describe('Longest wait for the end of an answer, from when the first of its targets was asked.'),
});

/** Absent ones are as they are elsewhere. */
export const ownTimeouts = z
  .strictObject({
    connectMs: leaves.connectMs.optional().describe('Replaces `timeouts.connectMs` here.'),
    firstTokenMs: leaves.firstTokenMs.optional().describe('Replaces `timeouts.firstTokenMs` here.'),
    wholeMs: leaves.wholeMs.optional().describe('Replaces `timeouts.wholeMs` here.'),
    idleMs: leaves.idleMs.optional().describe('Replaces `timeouts.idleMs` here.'),
    totalMs: leaves.totalMs.optional().describe('Replaces `timeouts.totalMs` here.'),
  })
  .optional();

/**
 * What is recorded of five models: the time to the first token and the speed of 22 hourly probes, as their prober saw
 * them, and their prices as the catalogue has them.
 *
 * The probes are rows of https://github.com/Jwrede/llm-bench-data (CC0 1.0), a prompt of one word and at most 20 tokens of
 * answer, asked once an hour: 22 July 2026, hours 0 to 10, 13 and 14; 29 July 2026, hours 0, 1, 7, 11, 14, 16, 17, 18
 * and 19. The other hours of these days say more of the prober's own name server (`lookup … i/o timeout`, and first
 * tokens of one length for all models) than of any provider, and are left out for all models alike.
 *
 * One probe an hour does not say how requests of the same hour differ. That is p95 over p50 of 10,080 probes a model in
 * seven days, https://jonathanwrede.de/en/blog/i-monitored-6-llm-apis-for-7-days/: GPT-4o-mini 1,094 over 645 ms, Gemini
 * 2.0 Flash 2,313 over 556, DeepSeek Chat 3,017 over 1,068; of Grok nothing is published there, so it has 2.
 */
export interface Trace {
  /** Of the vendor's data here. */
  readonly provider: string;
  readonly model: string;
  /** Dollars per million tokens, from the catalogue of November 2026. */
  readonly price: { readonly input: number; readonly output: number; readonly cacheRead?: number };
  /** Milliseconds, one for each recorded hour. */
  readonly firstTokenMs: readonly number[];
  /** How far requests of the same hour spread: their p95 over their p50. */
  readonly spread: number;
  /** Tokens each second after the first. */
  readonly tokensPerSecond: readonly number[];
}

export const traces: readonly Trace[] = [
  {
    provider: 'openai',
    model: 'gpt-4o-mini',
    spread: 1.7,
    price: { input: 0.15, output: 0.6, cacheRead: 0.075 },
    firstTokenMs: [
      688, 793, 865, 995, 945, 1122, 801, 1031, 1274, 1275, 1020, 1511, 1391, 845, 797, 823, 811, 1018, 858, 1382, 1344,
      851,
    ],
    tokensPerSecond: [91, 122, 130, 118, 75, 114, 190, 78, 100, 70, 106, 55, 25, 69, 71, 71, 75, 72, 76, 75, 50, 37],
  },
  {
    provider: 'google',
    model: 'gemini-2.5-flash',
    spread: 4.2,
    price: { input: 0.3, output: 2.5, cacheRead: 0.03 },
    firstTokenMs: [
      277, 316, 267, 252, 311, 295, 312, 405, 417, 336, 631, 778, 410, 326, 340, 308, 462, 773, 722, 531, 1269, 460,
    ],
    tokensPerSecond: [
      240, 436, 319, 264, 114, 231, 148, 330, 180, 180, 490, 85, 171, 362, 267, 289, 100, 172, 551, 141, 122, 259,
    ],
  },
  {
    provider: 'google',
    model: 'gemini-2.5-flash-lite',
    spread: 4.2,
    price: { input: 0.1, output: 0.4, cacheRead: 0.01 },
    firstTokenMs: [
      333, 423, 249, 171, 199, 200, 365, 380, 300, 337, 212, 356, 448, 440, 443, 198, 276, 405, 12070, 270, 401, 367,
    ],
    tokensPerSecond: [
      318, 81, 126, 356, 217, 267, 131, 88, 178, 220, 198, 91, 216, 233, 30, 210, 352, 225, 269, 169, 223, 79,
    ],
  },
  {
    provider: 'deepseek',
    model: 'deepseek-v3.2',
    spread: 2.8,
    price: { input: 0.2288, output: 0.3432 },
    firstTokenMs: [
      1836, 857, 896, 1104, 242, 1075, 1362, 3590, 2116, 1232, 1012, 3258, 899, 848, 1290, 7058, 1515, 646, 2504, 1755,
      816, 5623,
    ],
    tokensPerSecond: [65, 24, 51, 29, 114, 33, 42, 76, 106, 46, 21, 7.5, 26, 40, 33, 273, 31, 48, 2.6, 31, 253, 328],
  },
  {
    provider: 'xai',
    model: 'grok-4.20',
    spread: 2,
    price: { input: 1.25, output: 2.5, cacheRead: 0.2 },
    firstTokenMs: [
      447, 776, 411, 450, 748, 483, 470, 533, 1299, 825, 626, 1030, 962, 437, 429, 680, 746, 544, 478, 1132, 517, 577,
    ],
    tokensPerSecond: [
      124, 73, 169, 28, 247, 179, 245, 138, 58, 24, 327, 76, 101, 182, 165, 156, 214, 69, 127, 106, 186, 162,
    ],
  },
];

/** What happens beside the recording; the probes saw next to no failures, so these are written for this scenario. */
export type Happening = {
  /** Which of the traces. */
  readonly model: string;
  /** In recorded hours, from 0. */
  readonly from: number;
  readonly to: number;
} & (
  | { readonly fails: number; readonly kind: 'upstream' }
  /** Each with this Retry-After. */
  | { readonly fails: number; readonly kind: 'rate-limited'; readonly retryAfterMs: number }
  | { readonly slower: number }
  | { readonly price: number }
);

export const happenings: readonly Happening[] = [
  { model: 'gemini-2.5-flash-lite', from: 3, to: 3.6, fails: 1, kind: 'upstream' },
  { model: 'gemini-2.5-flash-lite', from: 6, to: 9, price: 2.5 },
  { model: 'gpt-4o-mini', from: 7, to: 7.7, fails: 0.3, kind: 'upstream' },
  { model: 'gemini-2.5-flash', from: 10.2, to: 10.7, slower: 8 },
  { model: 'grok-4.20', from: 11.5, to: 12, slower: 8 },
  { model: 'deepseek-v3.2', from: 13, to: 19, price: 0.5 },
  { model: 'gemini-2.5-flash-lite', from: 15.5, to: 15.7, fails: 1, kind: 'rate-limited', retryAfterMs: 30_000 },
  { model: 'deepseek-v3.2', from: 17, to: 17.5, fails: 1, kind: 'upstream' },
  // Two providers at a time.
  { model: 'gpt-4o-mini', from: 20, to: 20.4, fails: 1, kind: 'upstream' },
  { model: 'gemini-2.5-flash', from: 20.1, to: 20.3, fails: 1, kind: 'upstream' },
  { model: 'gemini-2.5-flash-lite', from: 20.1, to: 20.3, fails: 1, kind: 'upstream' },
];

/** Failures beside those: 1 in 1,000 (https://jonathanwrede.de/en/blog/i-monitored-6-llm-apis-for-7-days/ saw fewer). */
export const usualFailures = 0.001;

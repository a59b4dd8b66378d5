/** Large bodies, read in turns of their own before anybody needs them: in one turn they would hold up all others. */
import { JsonRefused, parseScanned } from '../lib/json.ts';

import { liftBase64 } from '../lib/lifted-json.ts';
import { LlmFailure } from '../llm/error.ts';
import type { Exchange } from './exchange.ts';
import { areAllMedia } from './lifted-media.ts';
import { parseAsk } from './translate.ts';

/** From this size on. */
const largeBytes = 1024 * 1024;

/** What is wrong with the body is found again, and told, by the plan. */
export async function readAhead(exchange: Exchange): Promise<void> {
  const { scan } = exchange.ask;
  if (scan.body.length < largeBytes) return;
  await pause();
  try {
    exchange.lifted = await liftBase64(scan, exchange.dialect.rawKeys, turn);
    if (exchange.lifted !== undefined && areAllMedia(exchange.lifted.strings, parseAsk(exchange))) return;
    exchange.forgetLifted();
    await pause();
    const tree = parseScanned(scan);
    await pause();
    parseAsk(exchange, tree);
    await pause();
  } catch (error) {
    if (!(error instanceof LlmFailure) && !(error instanceof JsonRefused)) throw error;
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Not only until the next turn: a small request takes several to pass, and would meet each step of the large one. The
 * upload of a large body takes many times as long.
 */
const pauseMs = 10;
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, pauseMs));

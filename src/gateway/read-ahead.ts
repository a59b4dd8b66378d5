/** Large bodies, read in turns of their own before anybody needs them: in one turn they would hold up all others. */
import { JsonRefused, parseScanned } from '../lib/json.ts';
import { liftBase64 } from '../lib/lifted-json.ts';
import { LlmFailure } from '../llm/error.ts';
import { type Endpoint, endpointFor } from '../providers/provider.ts';
import type { Target } from '../snapshot/snapshot.ts';
import type { Exchange } from './exchange.ts';
import { areAllMedia } from './lifted-media.ts';
import type { Seals } from './seals/seals.ts';
import { parseAsk } from './translate.ts';

/** From this size on a body is large. */
export const largeBytes = 1024 * 1024;

/** For a body that some target cannot take as it is. What is wrong with it is found again, and told, by the plan. */
export async function readAhead(exchange: Exchange, targets: readonly Target[], seals: Seals): Promise<void> {
  const { scan } = exchange.ask;
  if (scan.body.length < largeBytes) return;
  const isRead = targets.some((target) => isRendered(exchange, target, seals));
  if (!isRead && !targets.some((target) => isEdited(exchange, target))) return;
  await pause();
  try {
    exchange.lifted = await liftBase64(scan, exchange.dialect.rawKeys, turn);
    if (!isRead) return;
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

/** In another dialect, or in its own because it holds what this credential would refuse. */
function isRendered(exchange: Exchange, target: Target, seals: Seals): boolean {
  return ownEndpoint(exchange, target) === undefined || seals.mustSettle(exchange, target.credential, exchange.dialect);
}

/** In its own dialect, by a quirk that needs the whole tree. */
function isEdited(exchange: Exchange, target: Target): boolean {
  return ownEndpoint(exchange, target)?.quirks?.some((quirk) => 'edit' in quirk) ?? false;
}

function ownEndpoint({ dialect }: Exchange, { credential, model }: Target): Endpoint | undefined {
  return endpointFor(credential.provider, dialect.id, model.target.name);
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Not only until the next turn: a small request takes several to pass, and would meet each step of the large one. The
 * upload of a large body takes many times as long.
 */
const pauseMs = 10;
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, pauseMs));

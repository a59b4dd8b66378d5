/** Real answers of a vendor as a file of test/fixtures/vendors, which the tests read through their dialects. */
import type { Exchange } from './relay.ts';

export interface VendorRecording {
  readonly provider: string;
  /** Empty until somebody with a key has run the suite with --record. */
  readonly exchanges: readonly Exchange[];
}

/** The most bytes of one answer that are kept. */
const answerBytesMax = 64 * 1024;

export function recordingOf(provider: string, seen: readonly Exchange[]): string {
  const exchanges = seen.filter((each) => each.response.length <= answerBytesMax);
  const recording: VendorRecording = { provider, exchanges };
  return `${JSON.stringify(recording, undefined, 2)}\n`;
}

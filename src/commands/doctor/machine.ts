/** What the machine gives: Node, disk, port, clock. */
import { statfsSync } from 'node:fs';
import { prepareDirectory } from '../context.ts';
import { CommandFailure } from '../outcome.ts';
import { addressText, isTollgate, tryListening } from '../port.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

const gibibyte = 1_073_741_824;
const freeBytesWarn = gibibyte;
const freeBytesMin = gibibyte / 10;
const driftMsWarn = 2_000;
const driftMsMax = 30_000;

export function checkNode(version: string): Finding {
  return ok('node', `${version}, process ${process.pid}, ${process.platform} ${process.arch}`);
}

export function checkDisk(dataDir: string): Finding {
  try {
    prepareDirectory(dataDir);
    const { bavail, bsize } = statfsSync(dataDir);
    const freeBytes = bavail * bsize;
    const free = `${(freeBytes / gibibyte).toFixed(1)} GiB free`;
    const remedy = 'Free space there, or choose another dataDir: without space no request is taken.';
    if (freeBytes < freeBytesMin) return fail('disk', `${dataDir} is writable, with only ${free}`, remedy);
    if (freeBytes < freeBytesWarn) return warn('disk', `${dataDir} is writable, with only ${free}`, remedy);
    return ok('disk', `${dataDir} is writable, ${free}`);
  } catch (error) {
    if (error instanceof CommandFailure) return fail('disk', error.message, error.remedy);
    throw error;
  }
}

/** A port in use is fine when Tollgate itself is there. */
export async function checkPort(host: string, port: number): Promise<Finding> {
  const at = addressText(host, port);
  const code = await tryListening(host, port);
  if (code === undefined) return ok('port', `${at} is free`);
  if (code === 'EADDRINUSE') {
    if (await isTollgate(host, port)) return ok('port', `Tollgate is running at ${at}`);
    return fail('port', `${at} is used by another program`, 'Stop it, or choose another server.port.');
  }
  if (code === 'EACCES') {
    return fail('port', `${at} may not be used by this user`, 'Choose a server.port above 1023.');
  }
  return fail('port', `cannot listen on ${at} (${code})`, 'Set server.host to an address of this machine.');
}

/** Prices with dates, expiry of keys and certificates all follow this machine's clock. */
export function checkClock(driftMs: number, comparedWith: string): Finding {
  const seconds = `${(Math.abs(driftMs) / 1_000).toFixed(1)} s ${driftMs < 0 ? 'behind' : 'ahead of'} ${comparedWith}`;
  const remedy = 'Turn on time synchronization (NTP) on this machine.';
  if (Math.abs(driftMs) > driftMsMax) return fail('clock', seconds, remedy);
  if (Math.abs(driftMs) > driftMsWarn) return warn('clock', seconds, remedy);
  return ok('clock', `agrees with ${comparedWith}`);
}

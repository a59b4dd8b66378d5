/** The address that `serve` is to listen on, when it cannot. */
import type { Config } from '../../config.ts';
import { CommandFailure, exitCodes } from '../outcome.ts';
import { addressText, isTollgate, tryListening } from '../port.ts';

/** Before the database is started; found out once more, for sure, when the port is taken. Throws CommandFailure. */
export async function refuseTakenPort({ server: { host, port } }: Config): Promise<void> {
  const code = port === 0 ? undefined : await tryListening(host, port);
  if (code === undefined) return;
  if (code === 'EADDRINUSE' && (await isTollgate(host, port))) {
    const remedy = 'Use that one, stop it, or choose another port (--port or server.port).';
    throw new CommandFailure(exitCodes.address, `Tollgate is already running at ${addressText(host, port)}.`, remedy);
  }
  throw addressFailure(code, host, port);
}

/** What the system says about listening (its error code), as a sentence with a remedy. */
export function addressFailure(code: string, host: string, port: number): CommandFailure {
  const reasons: Record<string, readonly [string, string]> = {
    EADDRINUSE: ['is used by another program', 'Stop it, or choose another port (--port or server.port).'],
    EACCES: ['may not be used by this user', 'Choose a port above 1023 (--port or server.port).'],
    EADDRNOTAVAIL: ['is not an address of this machine', 'Correct server.host; 0.0.0.0 means every address.'],
    ENOTFOUND: ['is not a name that this machine knows', 'Correct server.host; 0.0.0.0 means every address.'],
  };
  const [reason, remedy] = reasons[code] ?? [`cannot be listened on (${code})`, 'Correct server.host and server.port.'];
  return new CommandFailure(exitCodes.address, `${addressText(host, port)} ${reason}.`, remedy);
}

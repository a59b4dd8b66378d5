/** Whether a port can be listened on, and whether it is Tollgate itself that has it. */
import { createServer } from 'node:net';

const timeoutMs = 3_000;

/** `127.0.0.1:7070`, `[::1]:7070`. */
export const addressText = (host: string, port: number): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** Where a browser on this machine finds what listens there. */
export function ownAddress({ host, port }: { readonly host: string; readonly port: number }): string {
  const everywhere = host === '0.0.0.0' || host === '::';
  return `http://${addressText(everywhere ? '127.0.0.1' : host, port)}`;
}

/** The system's error code, or undefined when it worked. */
export function tryListening(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

/** Whether what listens there answers like one of ours. */
export async function isTollgate(host: string, port: number): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const answer = await fetch(`http://${addressText(host, port)}/health`, { signal });
    await answer.arrayBuffer();
    return answer.status === 200;
  } catch {
    return false;
  }
}

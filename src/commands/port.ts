/** Whether a port can be listened on, and whether it is Tollgate itself that has it. */
import { createServer } from 'node:net';
import { request } from 'undici';

const timeoutMs = 3_000;

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
    const name = host.includes(':') ? `[${host}]` : host;
    const { statusCode, body } = await request(`http://${name}:${port}/health`, {
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
    await body.dump();
    return statusCode === 200;
  } catch {
    return false;
  }
}

/** Reads `GET /logs/export` again and again while `{ on: true }`, in a process of its own; `{ on: false }` tells how much. */

const [, , portText = '', key = ''] = process.argv;
const url = `http://127.0.0.1:${portText}/api/v1/logs/export?format=csv`;

export interface Exported {
  readonly bytes: number;
}

let bytes = 0;
let reading: AbortController | undefined;

async function readOn(stop: AbortController): Promise<void> {
  while (!stop.signal.aborted) {
    const { status, body } = await fetch(url, { headers: { authorization: `Bearer ${key}` }, signal: stop.signal });
    if (status !== 200 || body === null) throw new Error(`The export was answered with ${status}.`);
    for await (const chunk of body) bytes += chunk.length;
  }
}

process.on('message', ({ on }: { readonly on: boolean }) => {
  const exported: Exported = { bytes };
  reading?.abort();
  reading = undefined;
  bytes = 0;
  if (on) {
    const stop = new AbortController();
    reading = stop;
    readOn(stop).catch((error: unknown) => {
      if (!stop.signal.aborted) throw error;
    });
  }
  process.send?.(exported);
});
process.on('disconnect', () => process.exit(0));
process.send?.({ port: 0 });

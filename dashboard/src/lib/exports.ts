/** Long downloads that go on while somebody looks at other pages: started here, shown wherever `useExports` is read. */
import type { DownloadedFile } from '@tollgate/client';
import { useSyncExternalStore } from 'react';

export interface Export {
  readonly id: string;
  readonly label: string;
  readonly bytes: number;
  readonly state: 'running' | 'done' | 'failed' | 'cancelled';
  readonly error?: unknown;
  readonly cancel: () => void;
}

let exports: readonly Export[] = [];
const listeners = new Set<() => void>();

function change(next: readonly Export[]): void {
  exports = next;
  for (const listener of listeners) listener();
}

function update(id: string, part: Partial<Export>): void {
  change(exports.map((each) => (each.id === id ? { ...each, ...part } : each)));
}

/** `ask` starts the download: `(signal) => client.download('GET /logs/export', { query, signal })`. */
export function startExport(label: string, ask: (signal: AbortSignal) => Promise<DownloadedFile>): void {
  const id = crypto.randomUUID();
  const abort = new AbortController();
  change([...exports, { id, label, bytes: 0, state: 'running', cancel: () => abort.abort() }]);
  receive(ask, abort.signal, (bytes) => update(id, { bytes })).then(
    () => update(id, { state: 'done' }),
    (error: unknown) => update(id, abort.signal.aborted ? { state: 'cancelled' } : { state: 'failed', error }),
  );
}

async function receive(
  ask: (signal: AbortSignal) => Promise<DownloadedFile>,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const { filename = 'export', response } = await ask(signal);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    parts.push(part);
    bytes += part.length;
    onBytes(bytes);
  }
  save(new Blob(parts, { type: response.headers.get('content-type') ?? '' }), filename);
}

export function save(blob: Blob, filename: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = filename;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export function dismissExport(id: string): void {
  change(exports.filter((each) => each.id !== id));
}

export function useExports(): readonly Export[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => exports,
  );
}

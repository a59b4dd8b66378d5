/** Cuts an event stream into lines and events, strictly and independently of the product's own parser. */

export interface SseEvent {
  /** '' when there was no `event:` line. */
  readonly event: string;
  /** Undefined for a frame without data (comments only). */
  readonly data: string | undefined;
  readonly comments: readonly string[];
}

/** Frames end with a blank line; what stands after the last one is returned as `rest` and should be empty. */
export function readEvents(body: string): { readonly events: readonly SseEvent[]; readonly rest: string } {
  const frames = body.replaceAll('\r\n', '\n').split('\n\n');
  const rest = frames.pop() ?? '';
  return { events: frames.filter((frame) => frame !== '').map(readFrame), rest };
}

function readFrame(frame: string): SseEvent {
  let event = '';
  const data: string[] = [];
  const comments: string[] = [];
  for (const line of frame.split('\n')) {
    const [, field, value] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    if (line.startsWith(':')) comments.push(line.slice(1).trim());
    else if (field === 'event') event = value ?? '';
    else if (field === 'data') data.push(value ?? '');
  }
  return { event, data: data.length > 0 ? data.join('\n') : undefined, comments };
}

/** A JSON object, or undefined. */
export function readObject(text: string | undefined): Record<string, unknown> | undefined {
  try {
    return asObject(JSON.parse(text ?? ''));
  } catch {
    return undefined;
  }
}

export function asObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

/** Server-sent events in a text that is all there. https://html.spec.whatwg.org/multipage/server-sent-events.html */
import type { WireEvent } from './question.ts';

/** An event that its text breaks off in is none. */
export function parseSse(text: string): WireEvent[] {
  const blocks = text.replaceAll('\r\n', '\n').split('\n\n');
  return blocks.slice(0, -1).flatMap((block) => {
    const lines = block.split('\n').map((line) => /^([a-z]+): ?(.*)$/s.exec(line));
    const of = (name: string) => lines.filter((line) => line?.[1] === name).map((line) => line?.[2] ?? '');
    const data = of('data');
    return data.length === 0 ? [] : [{ event: of('event')[0] ?? '', data: data.join('\n') }];
  });
}

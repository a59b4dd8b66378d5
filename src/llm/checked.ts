/**
 * Watches the order of a neutral stream, once, for every pair of dialects: start first, one block open at a time with
 * indexes 0..n, one end or error last. A provider's nonsense becomes an `error` event, never a wrong answer.
 */
import type { ChatEvent, Emit } from './chat.ts';

export function checked(emit: Emit<ChatEvent>): Emit<ChatEvent> {
  let started = false;
  let open = -1;
  let next = 0;
  let ended = false;

  const fault = (event: ChatEvent): string | undefined => {
    if (event.type === 'usage' || event.type === 'error') return undefined;
    if (event.type === 'start') return started ? 'a second start' : undefined;
    if (!started) return `${event.type} before the start`;
    if (event.type === 'end') return open !== -1 ? 'an end inside a block' : undefined;
    if (event.type === 'block-start') {
      if (open !== -1) return 'a block inside a block';
      // Nobody can run it, and no dialect has a way to write it.
      if (event.block.type === 'tool-call' && event.block.name === '') return 'a tool call without a name';
      return event.index === next ? undefined : `block ${event.index} where ${next} was due`;
    }
    return event.index === open ? undefined : `${event.type} outside its block`;
  };

  return (event) => {
    if (ended) return;
    const what = fault(event);
    if (what !== undefined) {
      ended = true;
      emit({ type: 'error', error: { kind: 'upstream', message: `The provider's answer is out of order: ${what}.` } });
      return;
    }
    if (event.type === 'start') started = true;
    else if (event.type === 'block-start') open = next++;
    else if (event.type === 'block-end') open = -1;
    else if (event.type === 'end' || event.type === 'error') ended = true;
    emit(event);
  };
}

/**
 * One stream for the caller out of several answers: where the first breaks in the middle of its text, the next goes on in
 * the same block. Only what is plain text so far can be gone on with: half a tool call, or a thought that its provider
 * sealed, belongs to whoever began it.
 */
import type { ChatEvent, ChatRequest, Emit } from '../../llm/chat.ts';
import type { Tally } from '../answer/tally.ts';

/** What the next model is told behind what stands there already. */
const instruction =
  'Your answer was cut off. Go on from its last character: repeat nothing of it, and do not mention that it was cut off.';

type Frame = string | Buffer;

export class Joint {
  /** What there is of the answer's text. */
  text = '';
  /** Of the attempt that broke with something shown. */
  brokenTally: Tally | undefined;
  /** The caller has got something. */
  #isShown = false;
  #original: ChatRequest | undefined;
  #push: Emit<ChatEvent> | undefined;
  #write: Emit<Frame> = () => {};
  #open = -1;
  #blocks = 0;
  #isText = true;
  #ended = false;
  /** Of the answer that is under way: where its blocks stand in the whole. */
  #offset = 0;
  #skipsBlock = -1;
  #isFurther = false;

  /** It broke in a place where another can go on. */
  get mayGoOn(): boolean {
    return this.#isShown && this.#isText && !this.#ended && this.#open >= 0 && this.text !== '';
  }

  get isFurther(): boolean {
    return this.#isFurther;
  }

  /**
   * The way of one answer into the stream. `open` makes its renderer, once; `write` takes the frames of this answer.
   */
  answer(open: (write: Emit<Frame>) => Emit<ChatEvent>, write: Emit<Frame>): Emit<ChatEvent> {
    this.#isFurther = this.#isShown;
    this.#write = write;
    if (!this.#isShown) this.#forget(open);
    this.#offset = this.#blocks;
    this.#skipsBlock = -1;
    return this.#isFurther ? (event) => this.#further(event) : (event) => this.#pass(event);
  }

  /** Frames of the answer have gone to the caller. */
  shown(): void {
    this.#isShown = true;
  }

  /** The request as the next target is asked it. */
  request(asked: ChatRequest): ChatRequest {
    this.#original ??= asked;
    return this.#isShown ? continued(this.#original, this.text) : this.#original;
  }

  /** What an earlier answer said was not shown, and is nothing to go on with. */
  #forget(open: (write: Emit<Frame>) => Emit<ChatEvent>): void {
    this.#push = open((frame) => this.#write(frame));
    this.text = '';
    this.#open = -1;
    this.#blocks = 0;
    this.#isText = true;
    this.#ended = false;
  }

  #pass(event: ChatEvent): void {
    if (event.type === 'block-start') {
      this.#open = event.index;
      this.#blocks = event.index + 1;
      this.#isText &&= event.block.type === 'text' && event.index === 0 && event.block.seal === undefined;
      if (event.block.type === 'text') this.text += event.block.text;
    } else if (event.type === 'block-delta') this.text += event.delta;
    else if (event.type === 'block-seal') this.#isText = false;
    else if (event.type === 'block-end') this.#open = -1;
    else if (event.type === 'end') this.#ended = true;
    this.#push?.(event);
  }

  /** Its text goes on in the block that is open; anything else ends that block first. */
  #further(event: ChatEvent): void {
    if (event.type === 'start') return;
    if (event.type === 'block-start' && event.index === 0 && event.block.type === 'text' && this.#open >= 0) {
      this.#skipsBlock = 0;
      this.#offset = this.#open;
      if (event.block.text !== '') this.#pass({ type: 'block-delta', index: this.#open, delta: event.block.text });
      return;
    }
    if (event.type === 'block-start' && this.#open >= 0 && this.#skipsBlock < 0)
      this.#pass({ type: 'block-end', index: this.#open });
    if ((event.type === 'end' || event.type === 'error') && this.#open >= 0 && this.#skipsBlock < 0)
      this.#pass({ type: 'block-end', index: this.#open });
    this.#pass('index' in event ? { ...event, index: event.index + this.#offset } : event);
  }
}

/** The request, with what the caller has got already. */
function continued(request: ChatRequest, text: string): ChatRequest {
  const said = { role: 'assistant' as const, blocks: [{ type: 'text' as const, text }] };
  const asked = { role: 'user' as const, blocks: [{ type: 'text' as const, text: instruction }] };
  return { ...request, turns: [...request.turns, said, asked] };
}

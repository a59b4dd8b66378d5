/** The models that the built-in provider plays, as data: for model lists, the catalogue and the docs. */
export interface MockModel {
  /** After `mock/`. */
  readonly name: string;
  /** What it does, in one line. */
  readonly about: string;
  /** It thinks before it answers. */
  readonly thinks?: boolean;
}

/**
 * Beside these, numbers in a name change size and pace: `lorem-500-20ms` streams 500 tokens, 20 ms apart;
 * `slow-start-800ms` waits 800 ms; `error-503` is any status from 400 to 599.
 */
export const mockModels: readonly MockModel[] = [
  { name: 'echo', about: 'Answers with the last thing the user said.' },
  { name: 'lorem', about: 'Streams 100 words; "500 tokens" and "20 ms" in the prompt set size and pace.' },
  { name: 'tools', about: 'Calls the first offered tool with fitting arguments, then answers with its result.' },
  { name: 'thinking', about: 'Thinks first, under a seal that must come back unchanged.', thinks: true },
  { name: 'json', about: 'Answers with a document that fits the requested JSON schema.' },
  { name: 'refusal', about: 'Declines.' },
  { name: 'length', about: 'Stops in the middle of a sentence, at the token limit.' },
  { name: 'slow-start', about: 'Waits 3 s before it begins.' },
  { name: 'error-400', about: 'Fails: the request is malformed.' },
  { name: 'error-401', about: 'Fails: the credential is refused.' },
  { name: 'error-429', about: 'Fails: rate limited, with Retry-After.' },
  { name: 'error-500', about: 'Fails: internal error.' },
  { name: 'error-529', about: 'Fails: overloaded.' },
  { name: 'error-mid-stream', about: 'Fails with an error event in the middle of its stream.' },
  { name: 'cut', about: 'Its connection breaks in the middle of the answer.' },
  { name: 'timeout', about: 'Never answers.' },
  { name: 'hang', about: 'Sends headers, then nothing.' },
  { name: 'empty', about: 'Answers 200 with nothing in it.' },
  { name: 'html', about: 'Answers 200 with a web page.' },
  { name: 'bad-usage', about: 'Answers well, with impossible token counts.' },
  { name: 'no-usage', about: 'Answers well, without token counts.' },
];

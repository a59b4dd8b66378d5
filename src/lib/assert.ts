/** States what cannot happen. A failure ends the request, not the process. */
export function assert(condition: unknown, what: string): asserts condition {
  if (!condition) throw new AssertionFailure(what);
}

export class AssertionFailure extends Error {
  override readonly name = 'AssertionFailure';
}

/**
 * What the log may keep of a provider's error: its status and its machine-readable names. Never its sentences: providers
 * quote the prompt in them ("Invalid value: '…'", a moderation's `flagged_input`, a crash with the whole request).
 */

/** `400 invalid_request_error context_length_exceeded`: of the names those that can be no sentence, each once. */
export function errorLabel(status: number | undefined, ...names: readonly (string | undefined)[]): string {
  const shown = names.filter((name) => name !== undefined && machineReadable.test(name));
  return [...new Set([...(status === undefined ? [] : [String(status)]), ...shown])].join(' ');
}

/** Lower case, as all known types and codes are, or one word in capitals (`RESOURCE_EXHAUSTED`, `BadRequestError`). */
const machineReadable =
  /^(?:[a-z][a-z0-9]*(?:[_.-][a-z0-9]+){0,7}|[A-Z][A-Z0-9_]{1,40}|(?:[A-Z][a-z0-9]+){1,6}|\d{1,5})$/;

/**
 * Calls that reach a provider, or stand for one that does, and leave no usage row, each with the reason. Everything else
 * that a caller can ask leaves one; asked again under the same `Idempotency-Key`, it gets the answer whose row is there.
 */
export const freeCalls: Readonly<Record<string, string>> = {
  'GET /health': 'says that the process runs; no key, no provider',
  'GET /ready': 'says whether requests can be served; no key, no provider',
  'GET /providers': "this instance's own view, for operators; no provider is asked",
  'POST /v1/route': 'says what would become of a chat; no provider is asked, nothing is held or charged',
  'POST /v1/feedback': 'keeps what the caller thinks of an answer whose own row has its cost',
  'GET /v1/models': 'a list out of the snapshot; no provider is asked',
  'GET /v1/models/{model}': 'one entry of that list',
  'GET /v1/responses/{id}': 'reads an answer whose own row has its cost; one made in the background gets its row then',
  'DELETE /v1/responses/{id}': 'deletes an answer whose own row has its cost',
  'POST /v1/responses/{id}/cancel': 'ends an answer whose own row has its cost',
  'GET /v1/responses/{id}/input_items': 'reads what was asked; providers do not charge for it',
};

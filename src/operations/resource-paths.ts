/** Ids in paths: nothing that could lead a path elsewhere is one. */

const idPattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;

export function isResourceId(id: unknown): id is string {
  return typeof id === 'string' && idPattern.test(id);
}

/** The id in `/v1/files/{id}` or `/v1/files/{id}/content`; undefined where there is none. */
export function matchId(path: string, collection: string, verb?: string): { id: string } | undefined {
  const start = path.startsWith(`/v1${collection}/`) ? collection.length + 4 : collection.length + 1;
  if (!path.startsWith(`/v1${collection}/`) && !path.startsWith(`${collection}/`)) return undefined;
  const [id, rest, ...more] = path.slice(start).split('/');
  return isResourceId(id) && rest === verb && more.length === 0 ? { id } : undefined;
}

/** A snapshot from its parts: names from the configuration, keys and organizations from the database. */
import { applyRows, noAccess, type SnapshotKeyRow, type SnapshotOrganizationRow } from './keys.ts';
import { buildNames, type NameParts } from './names.ts';
import type { Snapshot } from './snapshot.ts';

export interface SnapshotParts extends NameParts {
  readonly version: number;
  readonly organizations: readonly SnapshotOrganizationRow[];
  readonly keys: readonly SnapshotKeyRow[];
}

export function buildSnapshot(parts: SnapshotParts): Snapshot {
  const { keys } = applyRows(noAccess, parts.organizations, parts.keys);
  return Object.freeze({ version: parts.version, keys, ...buildNames(parts) });
}

/** What the configuration file declares, for whoever compares it with the database. Only the composition root knows it. */
export interface DeclaredThing {
  readonly kind: DriftKind;
  /** Of a key: `organization/name`. */
  readonly name: string;
  /** What is compared, by field; what the file leaves out is not in it. Nothing secret. */
  readonly value: Readonly<Record<string, unknown>>;
}

export const driftKinds = ['organization', 'key', 'provider', 'model', 'route'] as const;
export type DriftKind = (typeof driftKinds)[number];

export interface DriftTools {
  declared(): readonly DeclaredThing[];
  /** Organizations and keys of the file are brought into the database again, as at a start. Absent: not by this process. */
  importDeclared?: (() => Promise<void>) | undefined;
  toYaml(value: unknown): string;
  /** A setting in force, without secrets. */
  settings(): readonly {
    readonly path: string;
    readonly value: string;
    readonly isDefault: boolean;
    readonly about: string;
  }[];
}

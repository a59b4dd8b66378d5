/** Secrets of the database that this instance uses: opened once, and kept while the row is as it was. */
import type { Log } from './lib/log.ts';
import { type SecretBox, type SecretPlace, SecretRefused } from './lib/secret-box.ts';

interface Opened {
  readonly sealed: string;
  readonly secret: string;
}

export class OpenedSecrets {
  readonly #box: SecretBox;
  readonly #log: Log;
  #known = new Map<string, Opened>();
  #before: ReadonlyMap<string, Opened> = new Map();

  constructor(box: SecretBox, log: Log) {
    this.#box = box;
    this.#log = log;
  }

  /** All of them are opened once more: what is not among them any more is forgotten at the next time. */
  begin(): void {
    this.#before = this.#known;
    this.#known = new Map();
  }

  /**
   * Undefined: it cannot be used, which is told. What was only sealed anew, under a master key that this instance does
   * not know yet, goes on with the secret that it knows. `fields`: for the log.
   */
  open(sealed: string, place: SecretPlace, fields: Readonly<Record<string, string>> = {}): string | undefined {
    const name = JSON.stringify([place.kind, place.organizationId, place.id, ...(place.more ?? [])]);
    const known = this.#known.get(name) ?? this.#before.get(name);
    try {
      const secret = known?.sealed === sealed ? known.secret : this.#box.open(sealed, place);
      this.#known.set(name, { sealed, secret });
      return secret;
    } catch (error) {
      const keeps = known !== undefined && error instanceof SecretRefused && error.isUnknownKey;
      this.#tell(place, fields, error, keeps);
      if (!keeps) return undefined;
      this.#known.set(name, known);
      return known.secret;
    }
  }

  #tell({ kind, organizationId, id }: SecretPlace, fields: object, error: unknown, keeps: boolean): void {
    const why = error instanceof Error ? error.message : String(error);
    const effect = keeps ? 'the one before it is used until then' : 'so it is not used';
    this.#log.error(
      { ...fields, credential: id, kind, organization: organizationId ?? undefined, why },
      `a credential cannot be opened, ${effect}. Give every instance the same secrets.masterKey, or set the credential anew`,
    );
  }
}

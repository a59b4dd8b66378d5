/** Who can be asked: one model at one credential. */
import type { CatalogModel } from '../catalog/catalog.ts';
import type { Provider } from '../providers/provider.ts';

/** What a provider takes from one credential. */
export interface Capacity {
  /** At the same time. */
  readonly concurrentRequests?: number;
  readonly requestsPerMinute?: number;
}

/** A provider at an address with a secret. The secret exists in memory only. */
export interface Credential {
  /** The configured provider's name: `openai`, or an operator's own `local`. */
  readonly id: string;
  readonly provider: Provider;
  readonly baseUrl: string;
  readonly secret: string | undefined;
  /** What the operator configured beside address and key, by name (`region`); the vendor's defaults included. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Headers that every call gets, by lower-case name. Their values may be secrets. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What it is waited for, where that is not as with others. */
  readonly timeouts?: Partial<Timeouts>;
  /** `deny`: it neither keeps nor trains on what it is sent, says its operator. Absent: nobody says so. */
  readonly dataCollection?: 'deny';
  /** What its provider takes from it. Absent: as much as comes. */
  readonly capacity?: Capacity;
  /** Where it computes (`eu`, `us-east-1`), as the operator says. */
  readonly region?: string;
  /** An organization's own, by the organization's name: nobody else is served by it, and that organization pays. */
  readonly ownedBy?: string;
  /** Its secret may be another one tomorrow, under the same id: it was made through the API. */
  readonly renewable?: true;
  /** Hundredths of a percent of the usual charge that a request by an organization's own key costs. Absent: nothing. */
  readonly feeBasisPoints?: number;
}

export interface Timeouts {
  readonly connectMs: number;
  /** From dispatch to the first content of a stream. */
  readonly firstTokenMs: number;
  /** From dispatch to the end of an answer that is not streamed. */
  readonly wholeMs: number;
  /** Between two pieces of a stream. */
  readonly idleMs: number;
  readonly totalMs: number;
}

/** One model at one credential. */
export interface Target {
  readonly credential: Credential;
  readonly model: CatalogModel;
  readonly timeouts: Timeouts;
}

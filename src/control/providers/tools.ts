/** What of providers only the composition root knows: the file, the master key, the sockets, and how they do. */
import type { NamingProblem } from '../naming/tools.ts';

/** A provider as the configuration file (or the environment) has it. */
export interface DeclaredProvider {
  readonly name: string;
  readonly vendor: string;
  readonly enabled: boolean;
  readonly hasSecret: boolean;
  readonly baseUrl?: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly models: readonly string[];
  readonly options: ProviderOptions;
}

export interface ProviderOptions {
  readonly inRegion?: string;
  readonly dataCollection?: 'deny';
  readonly capacity?: { readonly concurrentRequests?: number; readonly requestsPerMinute?: number };
}

/** Where a provider is asked, and as whom. */
export interface ProviderAccount {
  /** What it is called here. */
  readonly name: string;
  /** A vendor's id. */
  readonly vendor: string;
  readonly apiKey?: string | undefined;
  readonly baseUrl?: string | undefined;
  readonly settings?: Readonly<Record<string, string>> | undefined;
}

export type VerdictKind =
  | 'ok'
  /** It answers, and whether the key is good is not known. */
  | 'reachable'
  | 'wrong-key'
  | 'no-access'
  | 'no-quota'
  | 'rate-limited'
  | 'wrong-address'
  | 'dns'
  | 'tls'
  | 'timeout'
  | 'unreachable'
  | 'provider-error'
  /** There is nothing to ask it with. */
  | 'not-set-up';

/** What a test of a connection found. Nothing in it comes from the provider's own words. */
export interface Verdict {
  readonly ok: boolean;
  readonly verdict: VerdictKind;
  readonly message: string;
  readonly remedy: string | null;
  /** Of the provider's answer; null: there was none. */
  readonly status: number | null;
  readonly latencyMs: number | null;
  /** How many models it lists; null: it does not say. */
  readonly models: number | null;
}

/** How a credential does, as this instance sees it. */
export interface CredentialHealth {
  readonly state: 'up' | 'ejected' | 'returning' | 'reserved';
  /** When it is asked again: Unix milliseconds. */
  readonly untilMs?: number;
  /** The last hour, a minute each, the oldest first. */
  readonly minutes: readonly { readonly ok: number; readonly failed: number }[];
  readonly firstTokenP50Ms?: number;
  readonly lastError?: {
    readonly atMs: number;
    readonly kind: string;
    /** What the provider answered with. */
    readonly status?: number;
    readonly message: string;
  };
}

export interface ProviderTools {
  /** Those of the file and of the environment, without the built-in one. */
  declared(): readonly DeclaredProvider[];
  /** The address that it is asked at. */
  addressOf(account: Pick<ProviderAccount, 'vendor' | 'baseUrl' | 'settings'>): string;
  /** What is wrong with it, apart from its key. Paths are those of `providers.<name>` in the file. */
  problems(account: ProviderAccount): readonly NamingProblem[];
  seal(secret: string, owner: { readonly id: string; readonly provider: string }): string;
  /** Asks it once, without spending anything. */
  test(account: ProviderAccount): Promise<Verdict>;
  /** The same with a credential that this instance uses, by its id (`crd_…`, `pky_…`, or a declared provider's name). */
  testKnown(credentialId: string): Promise<Verdict | undefined>;
  /** By the same ids. */
  health(credentialId: string): CredentialHealth | undefined;
}

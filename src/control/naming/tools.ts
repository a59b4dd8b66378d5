/** What of routes and of organizations' keys only the composition root knows: the configuration, the catalogue, the master key. */

import type { DescribedDecision } from '../../routing/describe.ts';
import type { Organization, Route } from '../../snapshot/snapshot.ts';

/** As the configuration tells its own mistakes. */
export interface NamingProblem {
  /** `routes.best.targets.0`. */
  readonly path: string;
  /** The end of a sentence that begins with the path. */
  readonly expected: string;
  readonly remedy: string;
}

export interface NamedDefinition {
  readonly name: string;
  readonly definition: unknown;
}

/** What would become of a sample request. Rejects with LlmFailure. */
export interface RouteSimulation {
  simulate(ask: {
    readonly body: Buffer;
    readonly dialect?: string | undefined;
    readonly route?: Route | undefined;
    readonly organization: Organization;
    readonly headers: Readonly<Record<string, string>>;
    readonly requestId: string;
  }): Promise<Simulated>;
}

export interface Simulated {
  readonly dialect: string;
  readonly target: string | null;
  readonly inputTokens: number;
  readonly outputTokensMax: number | null;
  readonly decision: DescribedDecision;
}

export interface RouteTools {
  /** Those of the configuration file, by name. */
  declared(): readonly NamedDefinition[];
  /** As requests would have it beside `others`, or what is wrong with it. */
  compile(
    route: NamedDefinition,
    others: readonly NamedDefinition[],
  ): { readonly route: Route | undefined; readonly problems: readonly NamingProblem[] };
  /** The configuration file has a route of this name, and wins. */
  isDeclared(name: string): boolean;
  /** What is wrong with it beside `others`, as far as this instance knows models and routes. */
  problems(route: NamedDefinition, others: readonly NamedDefinition[]): readonly NamingProblem[];
}

export interface Account {
  readonly provider: string;
  readonly apiKey: string;
  readonly baseUrl?: string | undefined;
  readonly settings?: Readonly<Record<string, string>> | undefined;
}

export interface ProviderKeyTools {
  /** The configuration file has the organization's key for this provider, and wins. */
  isDeclared(organization: string, provider: string): boolean;
  problems(organization: string, account: Account): readonly NamingProblem[];
  /** `place`: what it is bound to. */
  seal(
    secret: string,
    owner: { readonly id: string; readonly organizationId: string; readonly provider: string },
  ): string;
}

/** One request for what a provider keeps (a file, a batch), while it is here. */
import type { LimitHeaders } from '../../dialects/limit-headers.ts';
import type { Resource } from '../../llm/operation.ts';
import type { ResourceOperation } from '../../operations/operation.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import { Visit, type VisitFacts } from '../exchange.ts';

export class ResourceCall extends Visit {
  readonly operation: ResourceOperation;
  readonly snapshot: Snapshot;
  /** For rate limits: there are no tokens in it. */
  readonly ask = { inputTokensEstimate: 0 };
  /** What it made, changed or deleted: kept with its settlement. */
  readonly resources: Resource[] = [];

  constructor(facts: VisitFacts & { readonly operation: ResourceOperation; readonly snapshot: Snapshot }) {
    super(facts);
    this.operation = facts.operation;
    this.snapshot = facts.snapshot;
  }

  get limitHeaders(): LimitHeaders {
    return this.operation.limitHeaders;
  }

  get organizationId(): string {
    return this.key.organization.id;
  }
}

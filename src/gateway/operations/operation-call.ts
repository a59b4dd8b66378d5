/** One request for an operation other than chat, while it is here. */
import type { LimitHeaders } from '../../dialects/limit-headers.ts';
import type { JsonScan } from '../../lib/json.ts';
import type { Usage } from '../../llm/usage.ts';
import type { ModelOperation, Operation, Said } from '../../operations/operation.ts';
import { Visit, type VisitFacts } from '../exchange.ts';
import type { JudgedUsage } from '../metering/judged-usage.ts';
import type { Upload } from './upload.ts';

/** What the request asks for. */
export interface OperationAsk {
  readonly model: string;
  readonly stream: boolean;
  readonly inputTokensEstimate: number;
  /** What it will use as far as it says so itself. */
  readonly expected: Usage;
  readonly said: Said;
  /** Of a JSON body. */
  readonly json?: { readonly scan: JsonScan; readonly inBody: boolean };
  /** Of a form. */
  readonly upload?: Upload;
}

export class OperationCall<O extends Operation = ModelOperation> extends Visit {
  readonly operation: O;
  readonly ask: OperationAsk;
  /** What a whole answer used, as it was told in its cost header. */
  judged: JudgedUsage | undefined;

  constructor(facts: VisitFacts & { readonly operation: O; readonly ask: OperationAsk }) {
    super(facts);
    this.operation = facts.operation;
    this.ask = facts.ask;
  }

  get limitHeaders(): LimitHeaders {
    return this.operation.limitHeaders;
  }
}

/** Where what callers think of answers is kept: the composition root fills it with the database. */
export interface Feedback {
  readonly requestId: string;
  readonly organizationId: string;
  readonly keyId: string;
  /** 0 bad, 1 good. */
  readonly score: number;
  readonly label: string | undefined;
}

export interface FeedbackStore {
  /** False: the organization has no such request. Rejects while the database is away. */
  keep(feedback: Feedback): Promise<boolean>;
}

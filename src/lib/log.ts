/**
 * The log as every room sees it. The composition root hands one in; nobody below it knows which library writes the lines.
 *
 * Fields are for machines and stay flat (`{ requestId, provider, status }`). The message is for people: it carries no
 * values and begins in lower case, unless with a name. Never a prompt, an answer or a secret: the writer masks what
 * looks like one, but that is the last wall, not the first. An error goes in as `error`; its message and stack are
 * written, its `cause` chain too.
 */
export interface Log {
  /** What only somebody hunting a bug wants to see. Off by default. */
  debug(fields: Record<string, unknown>, message: string): void;
  /** A step of the process's life: started, drained, shipped again. Never once per request at this level by default. */
  info(fields: Record<string, unknown>, message: string): void;
  /** Something that heals by itself or needs a look tomorrow: a provider's strange answer, Postgres away for a moment. */
  warn(fields: Record<string, unknown>, message: string): void;
  /** Something that somebody has to fix: a record that cannot be written, a broken invariant. */
  error(fields: Record<string, unknown>, message: string): void;
}

/** For tests and for tools that print their result themselves. */
export const silentLog: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
};

/** One line of the doctor's report. */
export interface Finding {
  /** What was looked at: `database`, `provider openai`. */
  readonly subject: string;
  readonly level: 'ok' | 'warn' | 'fail';
  readonly message: string;
  /** What to do; absent when all is well. */
  readonly remedy?: string;
}

export const ok = (subject: string, message: string): Finding => ({ subject, level: 'ok', message });
export const warn = (subject: string, message: string, remedy: string): Finding => ({
  subject,
  level: 'warn',
  message,
  remedy,
});
export const fail = (subject: string, message: string, remedy: string): Finding => ({
  subject,
  level: 'fail',
  message,
  remedy,
});

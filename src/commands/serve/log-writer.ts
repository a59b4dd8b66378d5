/**
 * The one writer of the log: JSON lines for machines, one short line for people on a terminal, both to stderr. Nothing
 * that looks like a secret or a prompt gets past it; rooms do not log such things in the first place.
 */
import { destination, pino } from 'pino';
import type { Log } from '../../lib/log.ts';
import { secretShapes } from '../../lib/secret-shapes.ts';

export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly format: 'json' | 'text';
}

export interface LogWriter extends Log {
  /** Everything logged so far is handed to the kernel. For the last lines of a process. */
  flush(): void;
}

/** A reader of the log that hangs must not stop requests: beyond this, lines are dropped. */
const bufferedBytesMax = 8 * 1_048_576;

export function openLog({ level, format }: LogOptions): LogWriter {
  const sink = destination({ fd: 2, sync: false, maxLength: bufferedBytesMax });
  sink.on('error', () => {});
  const target = format === 'json' ? sink : { write: (line: string) => void sink.write(renderLine(line)) };
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, messageKey: 'message' };
  const logger = pino({ ...options, formatters: { level: (label) => ({ level: label }) } }, target);
  return {
    debug: (fields, message) => logger.isLevelEnabled('debug') && logger.debug(clean(fields), message),
    info: (fields, message) => logger.info(clean(fields), message),
    warn: (fields, message) => logger.warn(clean(fields), message),
    error: (fields, message) => logger.error(clean(fields, true), message),
    flush: () => flush(sink),
  };
}

/** Throws while the file descriptor is not open yet, and when nobody reads any more: both leave nothing to do. */
function flush(sink: { flushSync(): void }): void {
  try {
    sink.flushSync();
  } catch {}
}

const hidden = '[hidden]';
const secretNames =
  /^(authorization|proxy-authorization|x-api-key|x-goog-api-key|api-?key|secret|password|cookie|token)$/i;
const contentNames = /^(messages|prompt|content|system|body)$/i;
/** Keys of known shapes, and bearer tokens. */
const secrets: readonly RegExp[] = [...secretShapes(8), /(?<=\bBearer\s)\S{8,}/g];
const passwordInAddress = /(?<=:\/\/)[^/\s@]+@/g;
/** `Unexpected token 'D', "Dear diary"... is not valid JSON`: the runtime quotes what it could not read. */
const quotedJson = /(?<=Unexpected token ).*(?= is not valid JSON)/s;
const depthMax = 6;
const itemsMax = 200;
const textMax = 8_192;

/** A copy that may be written. `stacks`: with those of errors that the system or Postgres did not foresee. */
export function clean(fields: Record<string, unknown>, stacks = false): Record<string, unknown> {
  return cleanValue(fields, 0, stacks) as Record<string, unknown>;
}

function cleanValue(value: unknown, depth: number, stacks: boolean): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= depthMax) return '[deep]';
  if (value instanceof Error) return cleanError(value, depth, stacks);
  if (value instanceof Date) return value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.slice(0, itemsMax).map((item) => cleanValue(item, depth + 1, stacks));
  const entries = Object.entries(value).slice(0, itemsMax);
  return Object.fromEntries(entries.map(([name, member]) => [name, cleanMember(name, member, depth, stacks)]));
}

function cleanMember(name: string, value: unknown, depth: number, stacks: boolean): unknown {
  if (secretNames.test(name) && value !== undefined) return hidden;
  if (contentNames.test(name) && (typeof value === 'string' || typeof value === 'object') && value) return hidden;
  return cleanValue(value, depth + 1, stacks);
}

function cleanText(text: string): string {
  let open = text.replaceAll(passwordInAddress, `${hidden}@`).replace(quotedJson, hidden);
  for (const secret of secrets) open = open.replaceAll(secret, hidden);
  return open.length > textMax ? `${open.slice(0, textMax)}…` : open;
}

/** A stack says where in the program. Of a full disk or a missing host, that is the wrong place to look. */
function cleanError(error: Error, depth: number, stacks: boolean): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  const code = 'code' in error ? error.code : undefined;
  const isForeseen = 'syscall' in error || 'remedy' in error;
  return {
    name,
    message: cleanText(message),
    ...(code === undefined ? {} : { code }),
    ...(stacks && stack !== undefined && !isForeseen ? { stack: cleanText(stack) } : {}),
    ...(cause === undefined ? {} : { cause: cleanValue(cause, depth + 1, stacks) }),
  };
}

/** `12:31:07 warn  Postgres is away error="connect ECONNREFUSED"`. A stack follows only where somebody must look at it. */
function renderLine(line: string): string {
  const { level, time, message, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const shown = Object.entries(fields).map(([name, value]) => `${name}=${renderField(value)}`);
  const clock = String(time).slice(11, 19);
  const stack = level === 'error' ? (fields.error as { stack?: string } | undefined)?.stack : undefined;
  return `${[clock, String(level).padEnd(5), String(message ?? ''), ...shown].join(' ')}\n${stack ? `${stack}\n` : ''}`;
}

function renderField(value: unknown): string {
  const isError = typeof value === 'object' && value !== null && 'name' in value && 'message' in value;
  const text = isError ? String(value.message) : typeof value === 'string' ? value : JSON.stringify(value);
  return /^[\w./:@-]+$/.test(text) ? text : JSON.stringify(text);
}

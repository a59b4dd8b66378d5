/** How each credential did in the last hour, minute by minute, and what failed last: for people who look. */
import type { LlmError } from '../../llm/error.ts';

export const minutesKept = 60;
const minuteMs = 60_000;
const knownMax = 2_048;

export interface LastError {
  /** Unix milliseconds. */
  readonly atMs: number;
  readonly kind: string;
  readonly status?: number;
  /** As a caller was told: without the provider's own words, which may quote the key. */
  readonly message: string;
}

interface Hour {
  readonly ok: Uint32Array;
  readonly failed: Uint32Array;
  /** The last minute that was written, since 1970. */
  minute: number;
  lastError?: LastError;
}

export class HealthHistory {
  readonly #known = new Map<string, Hour>();

  succeeded(credentialId: string, nowMs: number): void {
    const hour = this.#hourOf(credentialId, nowMs);
    const at = roll(hour, nowMs);
    hour.ok[at] = (hour.ok[at] ?? 0) + 1;
  }

  failed(credentialId: string, { kind, upstreamStatus, message }: LlmError, nowMs: number): void {
    const hour = this.#hourOf(credentialId, nowMs);
    const at = roll(hour, nowMs);
    hour.failed[at] = (hour.failed[at] ?? 0) + 1;
    hour.lastError = { atMs: nowMs, kind, message, ...(upstreamStatus !== undefined && { status: upstreamStatus }) };
  }

  /** The oldest minute first. */
  of(credentialId: string, nowMs: number) {
    const hour = this.#known.get(credentialId);
    const minutes = Array.from({ length: minutesKept }, () => ({ ok: 0, failed: 0 }));
    if (hour === undefined) return { minutes };
    const last = roll(hour, nowMs);
    const shown = minutes.map((_, i) => {
      const at = (last + 1 + i) % minutesKept;
      return { ok: hour.ok[at] ?? 0, failed: hour.failed[at] ?? 0 };
    });
    return { minutes: shown, ...(hour.lastError && { lastError: hour.lastError }) };
  }

  #hourOf(credentialId: string, nowMs: number): Hour {
    const known = this.#known.get(credentialId);
    if (known !== undefined) return known;
    const oldest = this.#known.keys().next().value;
    if (this.#known.size >= knownMax && oldest !== undefined) this.#known.delete(oldest);
    const made = { ok: new Uint32Array(minutesKept), failed: new Uint32Array(minutesKept), minute: minuteOf(nowMs) };
    this.#known.set(credentialId, made);
    return made;
  }
}

function minuteOf(nowMs: number): number {
  return Math.floor(nowMs / minuteMs);
}

/** Empties the minutes that have passed since the last look, and gives the place of this one. */
function roll(hour: Hour, nowMs: number): number {
  const minute = Math.max(minuteOf(nowMs), hour.minute);
  const passed = Math.min(minutesKept, minute - hour.minute);
  for (let i = 0; i < passed; i++) {
    const at = (minute - i) % minutesKept;
    hour.ok[at] = 0;
    hour.failed[at] = 0;
  }
  hour.minute = minute;
  return minute % minutesKept;
}

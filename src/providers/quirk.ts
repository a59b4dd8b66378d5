/** Applies a vendor's quirks, to bytes (as edits for `spliceJson`) or to a parsed body. Pure. */
import { type JsonEdit, type JsonScan, readField } from '../lib/json.ts';
import type { Call, Quirk } from './provider.ts';

/** What the caller's own body lost to a quirk: for `notes.dropped`. */
export interface QuirkLoss {
  readonly field: string;
  readonly why: string;
}

export interface QuirkEdits {
  readonly edits: readonly JsonEdit[];
  readonly losses: readonly QuirkLoss[];
  /** An `edit` quirk has work to do: parse the body and use `applyQuirks` for all of them instead. */
  readonly needsTree: boolean;
}

/**
 * The splices that make a scanned body fit the vendor. `before` are the gateway's own edits (model, stream_options);
 * quirks come after them and win, so a field that the gateway added and the vendor refuses is not sent. The result
 * includes `before`. Throws JsonRefused when a field that a quirk looks at is no JSON.
 */
export function quirkEdits(
  quirks: readonly Quirk[],
  call: Call,
  scan: JsonScan,
  before: readonly JsonEdit[] = [],
): QuirkEdits {
  const edits = new Map(before.map((edit) => [edit.name, edit]));
  const losses: QuirkLoss[] = [];
  const inBody = (name: string) => scan.fields.some((field) => field.name === name);
  const isSent = (name: string) => {
    const edit = edits.get(name);
    return edit === undefined ? inBody(name) : edit.value !== undefined || (edit.rename !== undefined && inBody(name));
  };
  const drop = (name: string, why: string, silent = false) => {
    if (isSent(name) && inBody(name) && !silent) losses.push({ field: name, why });
    edits.set(name, { name, value: undefined });
  };
  let needsTree = false;
  for (const quirk of quirks) {
    if ('set' in quirk) {
      if (quirk.when === 'stream' && !call.stream) continue;
      edits.set(quirk.set, { name: quirk.set, value: JSON.stringify(quirk.to) });
    } else if ('drop' in quirk) {
      drop(quirk.drop, quirk.why, quirk.silent);
    } else if ('rename' in quirk) {
      if (!isSent(quirk.rename)) continue;
      // Both names are there: the vendor's own wins, since two of one name would be no valid body.
      if (isSent(quirk.to)) drop(quirk.rename, quirk.why);
      else edits.set(quirk.rename, { name: quirk.rename, value: edits.get(quirk.rename)?.value, rename: quirk.to });
    } else if (isSent(quirk.field)) {
      const added = edits.get(quirk.field)?.value;
      if (quirk.marker !== undefined && !holds(scan, quirk.field, quirk.marker, added)) continue;
      needsTree ||= quirk.needed?.(added === undefined ? readField(scan, quirk.field) : JSON.parse(added)) ?? true;
    }
  }
  return { edits: [...edits.values()], losses, needsTree };
}

/** The same on a parsed body, `edit` quirks included. Returns a new top level; `body` itself is not changed. */
export function applyQuirks(
  quirks: readonly Quirk[],
  call: Call,
  body: Readonly<Record<string, unknown>>,
): { readonly body: Record<string, unknown>; readonly losses: readonly QuirkLoss[] } {
  let out: Record<string, unknown> = { ...body };
  const losses: QuirkLoss[] = [];
  const drop = (name: string, why: string, silent = false) => {
    if (out[name] !== undefined && !silent) losses.push({ field: name, why });
    delete out[name];
  };
  for (const quirk of quirks) {
    if ('set' in quirk) {
      if (quirk.when === 'stream' && !call.stream) continue;
      out[quirk.set] = quirk.to;
    } else if ('drop' in quirk) {
      drop(quirk.drop, quirk.why, quirk.silent);
    } else if ('rename' in quirk) {
      if (out[quirk.rename] === undefined) continue;
      if (out[quirk.to] !== undefined) drop(quirk.rename, quirk.why);
      else out = renamed(out, quirk.rename, quirk.to);
    } else if (out[quirk.field] !== undefined) {
      const lost = quirk.edit(out);
      if (lost !== undefined) losses.push({ field: lost, why: quirk.why });
    }
  }
  return { body: out, losses };
}

/** Keeps the key's place, so that a relayed and a parsed body come out alike. */
function renamed(body: Record<string, unknown>, from: string, to: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).map(([key, value]) => [key === from ? to : key, value]));
}

/** Whether a field's bytes, or the text that replaces them, hold the marker. */
function holds(scan: JsonScan, name: string, marker: string, added: string | undefined): boolean {
  if (added !== undefined) return added.includes(marker);
  const field = scan.fields.find((candidate) => candidate.name === name);
  return field !== undefined && scan.body.subarray(field.valueStart, field.valueEnd).includes(marker);
}

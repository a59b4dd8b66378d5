/** Walks one `delta` object byte by byte: which text it adds. No JSON.parse, no copy. */
import type { TokenEstimator } from '../../llm/estimate.ts';

const QUOTE = 34;
const BACKSLASH = 92;
const OPEN_BRACE = 123;
const OPEN_BRACKET = 91;
const CLOSE_BRACE = 125;
const CLOSE_BRACKET = 93;

/** Text that costs output tokens. `text` and `thinking` stand in content arrays; `name` and `arguments` in calls. */
const counted: ReadonlySet<string> = new Set([
  ...['content', 'reasoning_content', 'reasoning', 'refusal', 'text', 'arguments', 'input', 'name'],
]);

/** What repeats text that is counted already, or is no text at all. */
const passedOver: ReadonlySet<string> = new Set(['reasoning_details', 'role', 'annotations']);

/** Beside text: what a caller could show, though it has no text yet. */
const shown: ReadonlySet<string> = new Set(['tool_calls', 'function_call', 'audio', 'images']);

/**
 * Reads the object that starts at `from` (after the colon), adding its text to the estimator. `text` is `data` as
 * latin1. Returns whether it holds anything to show. Stops quietly at anything that is not JSON.
 */
export function readDelta(text: string, from: number, data: Buffer, estimator: TokenEstimator): boolean {
  let depth = 0;
  let at = from;
  let key = '';
  let said = false;
  let passed = 0;
  while (at < text.length) {
    const byte = text.charCodeAt(at);
    if (byte === QUOTE) {
      const end = stringEnd(text, at + 1);
      const colon = colonAfter(text, end + 1);
      if (colon !== -1) {
        key = text.slice(at + 1, end);
        at = colon + 1;
        continue;
      }
      if (passed === 0 && end > at + 1 && counted.has(key)) {
        estimator.addBytes(data, at + 1, end);
        said = true;
      }
      at = end;
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth++;
      if (passed === 0 && passedOver.has(key)) passed = depth;
      else if (depth === 2 && shown.has(key) && !isEmpty(text, at)) said = true;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      if (passed === depth) passed = 0;
      depth--;
      if (depth <= 0) return said;
    }
    at++;
  }
  return said;
}

function isEmpty(text: string, bracket: number): boolean {
  let at = bracket + 1;
  while (text.charCodeAt(at) === 32) at++;
  const byte = text.charCodeAt(at);
  return byte === CLOSE_BRACE || byte === CLOSE_BRACKET;
}

/** The closing quote of a string whose first character is at `from`. */
function stringEnd(text: string, from: number): number {
  let end = text.indexOf('"', from);
  while (end !== -1) {
    let slash = end - 1;
    while (slash >= from && text.charCodeAt(slash) === BACKSLASH) slash--;
    if ((end - 1 - slash) % 2 === 0) return end;
    end = text.indexOf('"', end + 1);
  }
  return text.length;
}

/** The colon behind a key; -1 when the string was a value. */
function colonAfter(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === 32) at++;
  return text.charCodeAt(at) === 58 ? at : -1;
}

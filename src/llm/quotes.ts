/** A provider's words for the log, without what they repeat of the request: prompts do not belong there. */

/** Passages from this length on are cut; shorter ones are the words that any two texts share. */
const passageCharactersMin = 16;
/** Half of it: whatever lies in a long enough passage, one whole step does. */
const stepCharacters = passageCharactersMin / 2;
/** Larger requests are not searched: nobody waits for a log line. */
const sourceBytesMax = 256 * 1024;

/** `source`: the body of the request, as it came. */
export function withoutQuotes(text: string, source: Buffer): string {
  if (source.length > sourceBytesMax) return '[not shown: the request is too large to tell its words from these]';
  const asked = source.toString('utf8');
  let shown = '';
  let from = 0;
  for (let at = 0; at + stepCharacters <= text.length; at += stepCharacters) {
    if (at < from || !asked.includes(text.slice(at, at + stepCharacters))) continue;
    const passage = grow(text, asked, at, from);
    if (passage.end - passage.start < passageCharactersMin) continue;
    shown += `${text.slice(from, passage.start)}[from the request]`;
    from = passage.end;
  }
  return shown + text.slice(from);
}

/** The longest passage around one place of the source at which this step stands. */
function grow(text: string, asked: string, at: number, from: number): { start: number; end: number } {
  let best = { start: at, end: at };
  for (let place = asked.indexOf(text.slice(at, at + stepCharacters)), tries = 0; place >= 0 && tries < 64; tries++) {
    let before = 0;
    while (at - before > from && place > before && text[at - before - 1] === asked[place - before - 1]) before++;
    let length = stepCharacters;
    while (at + length < text.length && text[at + length] === asked[place + length]) length++;
    if (before + length > best.end - best.start) best = { start: at - before, end: at + length };
    place = asked.indexOf(text.slice(at, at + stepCharacters), place + 1);
  }
  return best;
}

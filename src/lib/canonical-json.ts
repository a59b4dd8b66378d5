/**
 * One text for all spellings of a JSON value that mean the same: no whitespace, members in the order of their keys.
 * Nothing else is made the same, so that two values with one text are never read differently by anybody: numbers and
 * strings stay as they are spelled (1 and 1.0, `A` and `\u0041`), and of a key that stands twice both values stay, in
 * their order.
 */

/**
 * `body` must have passed `scanJson`. Under an `ordered` key members keep their order: a model reads a schema, or a
 * tool's input, as text. Bytes come as latin1, one character each.
 */
export function canonicalJson(body: Buffer, ordered: readonly string[] = []): string {
  return new Walk(body.toString('latin1'), new Set(ordered)).whole();
}

interface Member {
  /** Without its escapes: two spellings of one key must keep their order. */
  readonly key: string;
  readonly text: string;
}

class Walk {
  readonly #text: string;
  readonly #ordered: ReadonlySet<string>;
  #at = 0;

  constructor(text: string, ordered: ReadonlySet<string>) {
    this.#text = text;
    this.#ordered = ordered;
  }

  whole(): string {
    this.#skipSpace();
    return this.#value(false);
  }

  #value(keepsOrder: boolean): string {
    const first = this.#text[this.#at];
    if (first === '{') return this.#object(keepsOrder);
    if (first === '[') return this.#array(keepsOrder);
    return first === '"' ? this.#string() : this.#bare();
  }

  #object(keepsOrder: boolean): string {
    const members: Member[] = [];
    this.#at++;
    while (this.#next('}')) {
      const spelled = this.#string();
      const key = unescaped(spelled);
      this.#skipSpace();
      this.#at++;
      this.#skipSpace();
      members.push({ key, text: `${spelled}:${this.#value(keepsOrder || this.#ordered.has(key))}` });
    }
    // Sorting is stable: what has one key stays in its order.
    if (!keepsOrder) members.sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)));
    return `{${members.map(({ text }) => text).join(',')}}`;
  }

  #array(keepsOrder: boolean): string {
    const items: string[] = [];
    this.#at++;
    while (this.#next(']')) items.push(this.#value(keepsOrder));
    return `[${items.join(',')}]`;
  }

  /** To the next item, over the comma before it; false, and behind the end, where there is none. */
  #next(end: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] === ',') {
      this.#at++;
      this.#skipSpace();
    }
    if (this.#text[this.#at] !== end) return true;
    this.#at++;
    return false;
  }

  #string(): string {
    const start = this.#at;
    let end = start;
    do end = this.#text.indexOf('"', end + 1);
    while (isEscaped(this.#text, end));
    this.#at = end + 1;
    return this.#text.slice(start, this.#at);
  }

  /** A number or a literal. */
  #bare(): string {
    bareEnd.lastIndex = this.#at;
    const end = bareEnd.exec(this.#text)?.index ?? this.#text.length;
    const found = this.#text.slice(this.#at, end);
    this.#at = end;
    return found;
  }

  #skipSpace(): void {
    spaceEnd.lastIndex = this.#at;
    this.#at = spaceEnd.exec(this.#text)?.index ?? this.#text.length;
  }
}

const bareEnd = /[\s,\]}]/g;
const spaceEnd = /[^ \t\r\n]/g;

function isEscaped(text: string, at: number): boolean {
  let slashes = 0;
  while (text[at - 1 - slashes] === '\\') slashes++;
  return slashes % 2 === 1;
}

/** As bytes again. A key with a bad escape stays as it is spelled: whoever reads it refuses it. */
function unescaped(spelled: string): string {
  if (!spelled.includes('\\')) return spelled.slice(1, -1);
  try {
    return Buffer.from(String(JSON.parse(Buffer.from(spelled, 'latin1').toString('utf8'))), 'utf8').toString('latin1');
  } catch {
    return spelled;
  }
}

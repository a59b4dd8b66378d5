/**
 * Names of documents. The API wants one for each, of letters, digits, single spaces, hyphens, parentheses and square
 * brackets, and no name twice.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_DocumentBlock.html
 */
const nameCharactersMax = 200;

/** Depends on the documents before it alone: one more turn changes no earlier name. */
export class DocumentNames {
  readonly #used = new Set<string>();

  /** The name that a document gets instead of the one that it has. */
  next(wanted: string | undefined): string {
    const base = legalName(wanted ?? '') || 'document';
    let name = base;
    for (let n = 2; this.#used.has(name); n++) name = `${base.slice(0, nameCharactersMax - 6)} ${n}`;
    this.#used.add(name);
    return name;
  }
}

/** `Q3_report.final.pdf` becomes `Q3-report-final-pdf`. */
function legalName(text: string): string {
  const legal = text.replace(/[^a-zA-Z0-9\s()[\]-]+/g, '-').replace(/\s+/g, ' ');
  return legal.slice(0, nameCharactersMax).trim().replace(/^-+$/, '');
}

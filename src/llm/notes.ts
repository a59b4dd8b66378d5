/**
 * What translation lost. Each loss is one note: it goes to the response header `x-tollgate-dropped`, to the request
 * log, and under `x-tollgate-fidelity: strict` it refuses the request instead.
 */
export interface Notes {
  dropped(field: string, why: string): void;
}

export interface Note {
  readonly field: string;
  readonly why: string;
}

export class NoteList implements Notes {
  readonly list: Note[] = [];
  dropped(field: string, why: string): void {
    if (!this.list.some((note) => note.field === field)) this.list.push({ field, why });
  }
}

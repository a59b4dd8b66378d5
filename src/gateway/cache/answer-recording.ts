/** The answer of a request that others may wait for, kept beside, up to a limit of its own and one for all. */
import { Recording, type Room } from '../idempotency/recording.ts';
import type { CacheSettings } from './cache-settings.ts';
import type { Flight } from './flight.ts';

export class AnswerRecording extends Recording {
  readonly #room: Room;
  readonly #roomBytesMax: number;
  readonly #flight: Flight;

  constructor({ answerBytesMax, bytesMax }: CacheSettings, room: Room, flight: Flight) {
    super(answerBytesMax, room);
    this.#room = room;
    this.#roomBytesMax = bytesMax;
    this.#flight = flight;
  }

  /** Its own caller may have hung up: then it goes on for those who wait, and for nobody else. */
  override get wanted(): boolean {
    return super.wanted && this.#flight.waiting > 0;
  }

  /** What lies around frames is made anew for each caller. */
  override add(_bytes: Buffer | string, piece: Buffer | string): void {
    if (this.#room.bytes + piece.length > this.#roomBytesMax) this.drop();
    else super.add(piece, piece);
  }

  /** Whoever waits for it need not wait to its end. */
  override drop(): void {
    super.drop();
    this.#flight.land('alone');
  }
}

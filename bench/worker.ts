/** A bench process of our own, spoken to by messages: one question, one answer. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export class Worker {
  readonly #child: ChildProcess;
  readonly #name: string;
  port = 0;

  private constructor(name: string, args: readonly string[]) {
    this.#name = name;
    const path = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
    this.#child = fork(path, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  }

  /** Resolves when the process has said where it listens. */
  static async start(name: string, args: readonly string[] = []): Promise<Worker> {
    const worker = new Worker(name, args);
    const { port } = (await worker.#answer(10_000)) as { port: number };
    worker.port = port;
    return worker;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  ask(question: object, deadlineMs: number): Promise<unknown> {
    const answer = this.#answer(deadlineMs);
    this.#child.send(question);
    return answer;
  }

  /** The process ends by itself when the channel is gone. */
  stop(): void {
    if (this.#child.connected) this.#child.disconnect();
  }

  #answer(deadlineMs: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const late = () => finish(new Error(`${this.#name} did not answer within ${deadlineMs} ms`));
      const gone = () => finish(new Error(`${this.#name} ended`));
      const timer = setTimeout(late, deadlineMs);
      const finish = (error?: Error, answer?: unknown) => {
        clearTimeout(timer);
        this.#child.off('message', said).off('exit', gone);
        if (error === undefined) resolve(answer);
        else reject(error);
      };
      const said = (answer: unknown) => finish(undefined, answer);
      this.#child.on('message', said).on('exit', gone);
    });
  }
}

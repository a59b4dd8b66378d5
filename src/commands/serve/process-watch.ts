/** Signals and crashes of the process. */

/** A terminal and npm both pass Ctrl-C on: what comes this soon after the first is the same wish. */
const echoMs = 100;

export interface ProcessWatch {
  /** Resolves with the name of the first SIGTERM, SIGINT or SIGHUP. */
  readonly stopRequested: Promise<NodeJS.Signals>;
}

export interface ProcessWatchOptions {
  readonly monotonicMs: () => number;
  /** A second signal: the person does not want to wait. */
  readonly onSecondSignal: () => void;
  /** Nobody caught it, so nothing is known about the state of the process: it must end. */
  readonly onCrash: (error: unknown) => void;
}

/** Called once, before anything is opened, so that no signal finds the process without an answer. */
export function watchProcess({ monotonicMs, onSecondSignal, onCrash }: ProcessWatchOptions): ProcessWatch {
  const stopRequested = new Promise<NodeJS.Signals>((resolve) => {
    let firstMs: number | undefined;
    const onSignal = (signal: NodeJS.Signals) => {
      if (firstMs === undefined) {
        firstMs = monotonicMs();
        resolve(signal);
      } else if (monotonicMs() - firstMs > echoMs) onSecondSignal();
    };
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, onSignal);
  });
  process.on('uncaughtException', onCrash);
  process.on('unhandledRejection', onCrash);
  return { stopRequested };
}

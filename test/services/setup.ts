/** Runs once before the services suite. What cannot be installed fails the tests that need it, not the others. */
import type { TestProject } from 'vitest/node';
import { installClients } from './clients.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Why the clients could not be installed; empty when they were. */
    readonly clientsProblem: string;
  }
}

export function setup(project: TestProject): void {
  let problem = '';
  try {
    installClients();
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error);
  }
  project.provide('clientsProblem', problem);
}

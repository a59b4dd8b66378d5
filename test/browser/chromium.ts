/** The system's Chromium. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const executables = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Throws where there is none. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = executables.find(existsSync);
  if (executablePath === undefined)
    throw new Error(`no Chromium at ${executables.join(', ')}: apt-get install chromium`);
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

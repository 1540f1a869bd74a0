// A real headless Chromium for tests of pages; without one, these tests are skipped with a message.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { chromium, type BrowserContext } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The browser of `ISDA_TEST_CHROMIUM`, else one on the path; undefined if there is none. */
export function findChromium(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = environment['ISDA_TEST_CHROMIUM'];
  if (named !== undefined) return existsSync(named) ? named : undefined;
  const folders = (environment['PATH'] ?? '').split(delimiter);
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path));
}

interface Browser {
  readonly context: BrowserContext;
  /** Closes the browser and deletes its profile. */
  readonly close: () => Promise<void>;
}

/** Opens a browser with an empty profile. */
export async function openBrowser(executablePath: string): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'isda-browser-'));
  const flags = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ];
  const forget = (): void => rmSync(profile, { recursive: true, force: true });
  const context = await chromium
    .launchPersistentContext(profile, { executablePath, headless: true, timeout: 300_000, args: flags })
    .catch((error: unknown) => {
      forget();
      throw error;
    });
  context.setDefaultTimeout(300_000);
  const close = async (): Promise<void> => {
    await context.close();
    forget();
  };
  return { context, close };
}

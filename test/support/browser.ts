import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

const CANDIDATES = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium', '/usr/bin/google-chrome'];

/** Headless Chromium of the machine. @throws Error that says how to come by one */
export function openBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM ?? CANDIDATES.find((path) => existsSync(path));
  if (executablePath === undefined) {
    throw new Error('No Chromium: apt-get install chromium-headless-shell, or set CHROMIUM to one');
  }
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

/** A page, and whatever on it should not have happened. */
export interface WatchedPage {
  readonly page: Page;
  /** Console errors, exceptions, violations of the content security policy, requests to another origin. */
  readonly faults: string[];
}

/** Opens a page and takes down its faults. @param origin the only one that it may ask */
export async function watchedPage(browser: Browser, origin: string): Promise<WatchedPage> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => void faults.push(`exception: ${error.message}`));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol !== 'data:' && url.origin !== origin) faults.push(`request: ${request.url()}`);
  });
  // Text, since it runs in the page: this program has no document.
  await page.addInitScript(
    `document.addEventListener('securitypolicyviolation', (event) => console.error('policy: ' + event.violatedDirective))`,
  );
  return { page, faults };
}

/** Keeps a picture where SCREENSHOTS names a directory, for people to look at. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const directory = process.env.SCREENSHOTS;
  if (directory !== undefined) await page.screenshot({ path: join(directory, `${name}.png`), fullPage: true });
}

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type Browser, type Locator, type Page } from 'playwright-core';
import { openBrowser, screenshot, type WatchedPage, watchedPage } from '../support/browser.js';
import { Service } from '../support/service.js';
import { type TestDatabase, testDatabase } from '../support/test-database.js';
import { freePort } from '../support/free-port.js';

jest.setTimeout(30_000);

describe('the explorer', () => {
  let browser: Browser;
  let database: TestDatabase;
  let service: Service;
  let watched: WatchedPage;
  let page: Page;

  beforeAll(async () => {
    browser = await openBrowser();
    database = await testDatabase();
    service = await Service.start({ DATABASE_URL: database.url });
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await service.stop();
    await database.drop();
  });

  beforeEach(async () => {
    watched = await watchedPage(browser, service.base);
    ({ page } = watched);
    await page.goto(`${service.base}/docs`);
    await page.getByRole('button', { name: 'Authorize' }).waitFor();
  });

  afterEach(async () => {
    await page.close();
  });

  /** The part of the Authorize dialog that is about one scheme. */
  const scheme = (name: string): Locator => page.locator('.auth-container').filter({ hasText: name });

  async function authorize(name: string, values: Record<string, string>): Promise<void> {
    await page.locator('.auth-wrapper button.authorize').click();
    for (const [selector, value] of Object.entries(values)) await scheme(name).locator(selector).fill(value);
    await screenshot(page, `authorize-${name}`);
    await scheme(name).locator('button.authorize').click();
    await scheme(name).getByText('Logout').waitFor();
    await scheme(name).locator('button.btn-done').click();
  }

  /** "Try it out" and "Execute"; the status and body that the page shows. */
  async function execute(operation: string): Promise<{ status: string; body: string }> {
    const block = page.locator(`#operations-${operation}`);
    await block.locator('.opblock-summary').click();
    await block.getByRole('button', { name: 'Execute' }).click();
    const response = block.locator('.live-responses-table .response').first();
    await response.waitFor();
    const status = await response.locator('.response-col_status').innerText();
    return { status: status.trim(), body: await response.locator('.response-col_description').innerText() };
  }

  it('shows every operation, and asks no other host', async () => {
    await screenshot(page, 'explorer');
    const document = (await (await service.get('/openapi.json')).json()) as { paths: Record<string, object> };
    const operations = Object.values(document.paths).flatMap((path) => Object.keys(path));

    expect(await page.locator('.opblock').count()).toBe(operations.length);
    expect(operations.length).toBeGreaterThan(5);
    expect(watched.faults).toEqual([]);
  });

  it('gets a token with the client credentials of the banner, and calls with it', async () => {
    const { id, secret } = service.quickstart;
    const asked = page.waitForRequest(`${service.base}/oauth/token`);
    await authorize('OAuth2', { '#client_id_clientCredentials': id, '#client_secret_clientCredentials': secret });
    // A client whose default audience is another API gets a token that is good here.
    expect(new URLSearchParams((await asked).postData() ?? '').get('audience')).toBe(`${service.base}/v1`);

    const { status, body } = await execute('Identity-whoami');
    await screenshot(page, 'whoami');

    expect(status).toBe('200');
    expect(body).toContain(`"id": "${id}"`);
    expect(watched.faults).toEqual([]);
  });

  it('calls with a bearer token', async () => {
    const token = await service.accessToken(service.quickstart);
    await authorize('Bearer', { '#auth-bearer-value': token });

    expect((await execute('Workspaces-getOwnWorkspace')).status).toBe('200');
    expect(watched.faults).toEqual([]);
  });

  it('sends an API key in its own header', async () => {
    await authorize('apiKey', { '#api_key_value': 'cv_live_x' });
    const sent = page.waitForRequest(`${service.base}/v1/whoami`);

    expect((await execute('Identity-whoami')).status).toBe('401');
    expect((await sent).headers()).toMatchObject({ 'x-api-key': 'cv_live_x' });
  });

  it('asks for a token by its own operation', async () => {
    const { id, secret } = service.quickstart;
    await authorize('Basic', { '#auth-basic-username': id, '#auth-basic-password': secret });
    const { status, body } = await execute('Tokens-issueToken');
    await screenshot(page, 'issue-token');

    expect(status).toBe('200');
    expect(body).toContain('"token_type": "Bearer"');
    expect(watched.faults).toEqual([]);
  });

  it('works under the path of an issuer', async () => {
    const port = await freePort();
    const other = await Service.start({
      DATABASE_URL: database.url,
      PORT: `${port}`,
      ISSUER: `http://localhost:${port}/t1`,
    });
    const { page: pathPage, faults } = await watchedPage(browser, other.base);
    await pathPage.goto(`${other.base}/t1/docs`);
    await pathPage.locator('.opblock').first().waitFor();

    expect(faults).toEqual([]);
    await pathPage.close();
    await other.stop();
  }, 30_000);
});

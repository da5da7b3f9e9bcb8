import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Edge, startEdge } from '../support/edge.js';

describe('the explorer over HTTP', () => {
  let edge: Edge;

  beforeAll(async () => {
    edge = await startEdge({ ISSUER: 'https://h.example/t1', REQUIRE_HTTPS: 'false' });
  });

  afterAll(() => edge.close());

  const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(edge.url + path, { headers, redirect: 'manual' });
  /** The body is read, too: one that nobody reads keeps its connection. */
  const statusOf = async (path: string, headers: Record<string, string> = {}): Promise<number> => {
    const answer = await get(path, headers);
    await answer.arrayBuffer();
    return answer.status;
  };

  it.each(['/t1/docs', '/t1/docs/'])('%s is a page that may load and call nothing but this server', async (path) => {
    const answer = await get(path);
    const policy = answer.headers.get('content-security-policy')!;

    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("connect-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(answer.headers.get('x-frame-options')).toBe('DENY');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('strict-transport-security')).toBe('max-age=31536000');
    const sources = [...(await answer.text()).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source]) => source!);
    expect(sources).toHaveLength(4);
    for (const source of sources) expect([source, await statusOf(source)]).toEqual([source, 200]);
  });

  it('only the page has the headers of a page', async () => {
    const answer = await get('/t1/openapi.json');

    expect(answer.headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(((await answer.json()) as { openapi: string }).openapi).toBe('3.1.0');
  });

  it('what has not changed is 304', async () => {
    for (const path of ['/t1/openapi.json', '/t1/docs', '/t1/docs/explorer.js']) {
      const etag = (await get(path)).headers.get('etag')!;
      expect([path, await statusOf(path, { 'if-none-match': etag })]).toEqual([path, 304]);
      expect([path, await statusOf(path, { 'if-none-match': '"other"' })]).toEqual([path, 200]);
    }
  });

  it('nothing else of Swagger UI is served, and nothing outside its folder', async () => {
    for (const file of [
      'swagger-initializer.js',
      'package.json',
      'index.html',
      '%2e%2e%2fpackage.json',
      '..%2f..%2fpackage.json',
    ]) {
      expect([file, await statusOf(`/t1/docs/${file}`)]).toEqual([file, 404]);
    }
    expect(await statusOf('/docs')).toBe(404);
  });

  it.each(['/t1/docs', '/t1/openapi.json', '/t1/docs/swagger-ui.css'])('%s has no other method', async (path) => {
    const answer = await fetch(edge.url + path, { method: 'POST' });

    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});

import { fetchWithToken, TokenSource } from './token-source.js';

const { CLIENT_ID, CLIENT_SECRET, SCOPE } = process.env;
const issuer = process.env.ISSUER || 'http://localhost:3000';
const audience = process.env.AUDIENCE || `${issuer.replace(/\/$/, '')}/v1`;
const api = process.env.API_URL || 'http://localhost:4000/reports';

async function call(tokens, method, body) {
  const headers = body && { 'content-type': 'application/json' };
  const answer = await fetchWithToken(tokens, api, { method, headers, body });
  console.log(method, api, answer.status, await answer.text());
  if (!answer.ok) process.exitCode = 1;
}

try {
  if (!CLIENT_ID || !CLIENT_SECRET) throw new Error('Set CLIENT_ID and CLIENT_SECRET');
  // One source for the whole process, so that all calls share its token.
  const tokens = new TokenSource({ issuer, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, audience, scope: SCOPE });
  await call(tokens, 'POST', JSON.stringify({ title: 'First report' }));
  await call(tokens, 'GET');
} catch (error) {
  // What the server said (RFC 6749 §5.2), or why it was not reached. Whatever else an error carries is not for logs.
  const { message, status, error: code, error_description: description, cause } = error;
  console.error([message, status, code, description, cause?.message].filter(Boolean).join(': '));
  process.exitCode = 1;
}

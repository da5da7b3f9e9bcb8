import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CountingProxy } from '../support/counting-proxy.js';
import { Program } from '../support/program.js';
import { Service } from '../support/service.js';
import { type TestDatabase, testDatabase } from '../support/test-database.js';

const page = readFileSync('docs/clients.md', 'utf8');
/** Every fenced block; there is no mark that exempts one. */
const blocks = [...page.matchAll(/^```(.*)\n([^]*?)^```$/gm)].map(([, language = '', code = '']) => ({
  language,
  code,
}));

const works = (command: string, args: string[], env: NodeJS.ProcessEnv = {}): boolean =>
  spawnSync(command, args, { env: { ...process.env, ...env }, stdio: 'ignore' }).status === 0;

/** How a file of a language is run, and null where this machine cannot. */
interface Runner {
  readonly file: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Record<string, string>;
}

const GO = { GO111MODULE: 'off', GOPATH: process.env.GOPATH ?? '/usr/share/gocode' };

function runnerOf(language: string, code: string): Runner | string {
  switch (language) {
    case 'sh':
      return works('curl', ['--version']) ? { file: 'snippet.sh', command: 'sh', args: [] } : 'curl';
    case 'js':
      return { file: 'snippet.mjs', command: process.execPath, args: [] };
    case 'python': {
      const library = /^from (requests_oauthlib|authlib)\b/m.exec(code)?.[1] ?? '';
      // The first python3 on the path may be one without the distribution's packages.
      const command = ['python3', '/usr/bin/python3'].find((python) => works(python, ['-c', `import ${library}`]));
      return command === undefined ? `Python with ${library}` : { file: 'snippet.py', command, args: [] };
    }
    case 'go':
      return works('go', ['list', 'golang.org/x/oauth2/clientcredentials'], GO)
        ? { file: 'main.go', command: 'go', args: ['run'], env: GO }
        : 'Go with golang.org/x/oauth2';
    default:
      throw new Error(`docs/clients.md has a block in "${language}", which no test can run`);
  }
}

const cases = blocks.map(({ language, code }, index) => {
  const runner = runnerOf(language, code);
  const name = `block ${index + 1}, ${language}`;
  if (typeof runner !== 'string') return { name, index, language, code, runner };
  process.stderr.write(
    `\n*** ${runner} is not installed: ${name} of docs/clients.md is NOT run on this machine. ***\n`,
  );
  return { name, index, language, code, runner: null };
});

describe('the snippets of docs/clients.md', () => {
  let database: TestDatabase;
  let proxy: CountingProxy;
  let service: Service;
  let directory: string;
  let variables: Record<string, string>;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'claviger-snippets-'));
    database = await testDatabase();
    proxy = await CountingProxy.start();
    service = await Service.start({ DATABASE_URL: database.url, ISSUER: proxy.base });
    proxy.target = service.base;
    // As the page has it: four values that are printed, and one that follows from them.
    const printed = (name: string): string => new RegExp(`${name} +(\\S+)`).exec(service.output)?.[1] ?? '';
    variables = {
      CLIENT_ID: printed('clientId'),
      CLIENT_SECRET: printed('clientSecret'),
      TOKEN_URL: printed('tokenUrl'),
      AUDIENCE: printed('audience'),
      API_URL: `${printed('audience')}/whoami`,
    };
  }, 30_000);

  beforeEach(() => proxy.forget());

  afterAll(async () => {
    await service.stop();
    proxy.close();
    await database.drop();
    rmSync(directory, { recursive: true });
  });

  const run = async (code: string, runner: Runner, env: Record<string, string>): Promise<Program> => {
    const file = join(directory, runner.file);
    writeFileSync(file, code);
    const program = new Program(runner.command, [...runner.args, file], { env: { ...runner.env, ...env } });
    await program.exit();
    return program;
  };

  it('are in every language that the page has a heading for', () => {
    const languages = new Set(blocks.map(({ language }) => language));
    expect([...languages]).toEqual(['sh', 'js', 'python', 'go']);
    expect([...page.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)).toEqual([
      'curl',
      'JavaScript',
      'Python',
      'Go',
    ]);
  });

  describe.each(cases)('$name', ({ index, language, code, runner }) => {
    const test = runner ? it : it.skip;

    test('gets one token and calls the API with it', async () => {
      const program = await run(code, runner!, variables);
      expect([await program.exit(), program.output]).toEqual([0, expect.any(String)]);
      // The first block is one call; all others show how to keep the token, JavaScript's for callers at once, too.
      const calls = index === 0 ? 1 : language === 'js' ? 3 : 2;
      expect(proxy.count('GET /v1/whoami')).toBe(calls);
      expect(proxy.count('POST /oauth/token')).toBe(1);
      expect(program.output.split(`"id":"${variables.CLIENT_ID!}"`)).toHaveLength(calls + 1);
      expect(program.output).not.toContain(variables.CLIENT_SECRET);
    }, 120_000);

    test('fails where the secret is wrong, and does not show it', async () => {
      const wrong = `${variables.CLIENT_SECRET!.slice(0, -6)}AAAAAA`;
      const program = await run(code, runner!, { ...variables, CLIENT_SECRET: wrong });
      expect(await program.exit()).toBeGreaterThan(0);
      expect(proxy.count('POST /oauth/token')).toBeGreaterThan(0);
      expect(program.output).toMatch(/401|invalid_client/);
      expect(program.output).not.toContain(wrong);
    }, 120_000);
  });
});

// Writes openapi.json; with --check, says whether it is what the code describes, and lints it.
import { readFileSync, writeFileSync } from 'node:fs';
import { createConfig, formatProblems, lintFromString } from '@redocly/openapi-core';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import prettier from 'prettier';
import { buildIfStale } from './build-if-stale.mjs';

const FILE = 'openapi.json';

await buildIfStale();
const text = await prettier.format(JSON.stringify(await describe()), { parser: 'json', printWidth: 120 });
if (!process.argv.includes('--check')) writeFileSync(FILE, text);
else if (readFileSync(FILE, 'utf8') !== text) fail(`${FILE} is not what the code describes: npm run openapi`);
else await lint(text);

/** The document of a service with nothing configured. Nothing is started: the routes alone are read. */
async function describe() {
  const [{ AppModule }, { AppConfig }, { createOpenApi }] = await Promise.all(
    ['app.module', 'config/app-config', 'openapi'].map((name) => import(`../dist/${name}.js`)),
  );
  const config = AppConfig.fromEnvironment({});
  const module = AppModule.with({ config });
  const app = await NestFactory.create(module, new FastifyAdapter(), { preview: true, logger: false });
  return createOpenApi(app, config);
}

async function lint(source) {
  const config = await createConfig({
    extends: ['recommended-strict'],
    rules: {
      // No licence is granted yet.
      'info-license': 'off',
    },
  });
  const found = await lintFromString({ source, absoluteRef: FILE, config });
  const problems = found.filter((problem) => !isOfHealth(problem));
  if (problems.length === 0) return;
  formatProblems(problems, {
    format: 'stylish',
    totals: { errors: problems.length, warnings: 0, ignored: 0 },
    version: '',
  });
  fail(`${FILE} does not pass its linter`);
}

/** Nothing that a caller of the health checks sends can be wrong. */
function isOfHealth({ ruleId, location: [{ pointer }] }) {
  return ruleId === 'operation-4xx-response' && pointer.startsWith('#/paths/~1health~1');
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}

// CommonJS mode: on Node 20 Jest's own loader cannot require an ESM package, so swc lowers TypeScript and node_modules alike.
const typescript = [
  '@swc/jest',
  {
    swcrc: false,
    jsc: {
      target: 'es2023',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
      keepClassNames: true,
    },
    module: { type: 'commonjs' },
    sourceMaps: 'inline',
  },
];
const javascript = [
  '@swc/jest',
  { swcrc: false, jsc: { target: 'es2023', parser: { syntax: 'ecmascript' } }, module: { type: 'commonjs' } },
];
const base = {
  testEnvironment: 'node',
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': typescript, '^.+\\.m?js$': javascript },
  transformIgnorePatterns: [
    '/node_modules/(pg|pg-[^/]+|typeorm|fastify|rxjs|ajv|@fastify/ajv-compiler|playwright-core)/',
  ],
};
const withDatabase = {
  ...base,
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
};

module.exports = {
  // Most of the time of these tests is waiting: for a server, a deadline, an outage.
  maxWorkers: '100%',
  // A guard against what hangs, not a speed: machines are slow and noisy.
  testTimeout: 20_000,
  reporters: ['default', '<rootDir>/test/support/closing-line.reporter.cjs'],
  projects: [
    { ...base, displayName: 'unit', roots: ['<rootDir>/src'], testMatch: ['**/*.spec.ts'] },
    { ...withDatabase, displayName: 'integration', roots: ['<rootDir>/test/integration'], testMatch: ['**/*.spec.ts'] },
    { ...withDatabase, displayName: 'e2e', roots: ['<rootDir>/test/e2e'], testMatch: ['**/*.spec.ts'] },
    { ...withDatabase, displayName: 'security', roots: ['<rootDir>/test/security'], testMatch: ['**/*.spec.ts'] },
    { ...withDatabase, displayName: 'browser', roots: ['<rootDir>/test/browser'], testMatch: ['**/*.spec.ts'] },
  ],
};

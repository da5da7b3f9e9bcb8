// Imports point down, and each outside thing has one owner.
const layers = [
  ['common'],
  ['config'],
  ['database'],
  ['sealing'],
  ['revocations', 'audit', 'rate-limit'],
  ['roles', 'keys'],
  ['workspaces'],
  ['users'],
  ['resource-servers'],
  ['clients'],
  ['tokens'],
  ['sessions'],
  ['oauth'],
  ['access', 'discovery', 'health'],
];

/** A folder may import itself and whatever lies below it: forbidding every upward and sideways edge says exactly that. */
const layerRules = layers.flatMap((folders, level) =>
  folders.map((folder) => {
    const above = layers
      .slice(level)
      .flat()
      .filter((other) => other !== folder);
    return {
      name: `layer-${folder}`,
      comment: `src/${folder} may import only what lies below it.`,
      severity: 'error',
      from: { path: `^src/${folder}/` },
      to: { path: `^src/(?:(?:${[...above, 'start', 'commands'].join('|')})/|[^/]+\\.ts$)` },
    };
  }),
);

const owner = (name, from, module) => ({
  name,
  comment: `Only ${from} may import ${module}.`,
  severity: 'error',
  from: { path: '^src/', pathNot: from },
  to: { path: `node_modules/${module}/` },
});

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'not-to-unresolvable',
      comment: 'What is built is not there before the build.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '/dist/' },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: '^src/(?:main\\.ts|commands/[^/]+\\.ts)$' },
      to: {},
    },
    {
      name: 'src-imports-no-test',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^test/|\\.spec\\.ts$' },
    },
    {
      name: 'no-dev-dependencies-in-src',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg'] },
    },
    ...layerRules,
    owner(
      'one-owner-typeorm',
      '^src/(?:commands/|database/|start/|app\\.module|[^/]+/[^/]+\\.(?:entity|repository|module)\\.ts$)|\\.spec\\.ts$',
      '(?:typeorm|@nestjs/typeorm)',
    ),
    owner('one-owner-pg', '^src/database/', 'pg'),
    owner('one-owner-jose', '^src/(?:keys|sealing|tokens)/', 'jose'),
    owner('one-owner-argon2', '^src/users/', 'argon2'),
    owner('one-owner-passport', '^src/access/', '(?:passport|passport-http-bearer|@nestjs/passport)'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};

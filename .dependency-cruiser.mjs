// Who may import whom. Type-only imports count: a room that knows another's types is bound to it.

/** Rooms of src/ that work for each request. */
const HOT = '^src/(gateway|routing|runtime|providers|accounting)/';
const TEST = '[.]test[.]ts$|[.]case';
/** Open to all. */
const BASE = '^src/(errors|json-object|log|log-config)[.]ts$';

/**
 * A room may import itself, the base, and the rooms named.
 * @param {string} room
 * @param {string[]} rooms
 */
function only(room, ...rooms) {
  return {
    name: `${room}-imports`,
    comment: `src/${room} may import ${[...rooms, 'errors', 'json-object', 'log'].join(', ')} and nothing else of src/`,
    severity: 'error',
    from: { path: `^src/${room}/`, pathNot: TEST },
    to: { path: '^src/', pathNot: [BASE, `^src/${room}/`, ...rooms.map((name) => `^src/${name}(/|[.]ts$)`)] },
  };
}

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-cycle',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'hot-path-stays-clean',
      comment:
        'The gateway works without GraphQL and Prisma, also through what it imports; it talks to pg itself.',
      severity: 'error',
      from: { path: HOT, pathNot: TEST },
      to: {
        path: '^src/(graphql|rest|domain|database/generated)/|node_modules/(@prisma|@pothos|graphql|graphql-yoga|@envelop)/',
        reachable: true,
      },
    },
    {
      name: 'only-main-constructs',
      comment: 'Nobody imports the composition root.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: ['^src/(main|prism|console|pod|router|storage|ledger)[.]ts$', '^src/demo/', TEST],
      },
      to: { path: '^src/(main|prism|console|pod|router|storage|ledger)[.]ts$' },
    },
    {
      name: 'no-tests-in-the-program',
      severity: 'error',
      from: { path: '^src/', pathNot: TEST },
      to: { path: `^test/|${TEST}` },
    },
    {
      name: 'web-knows-generated-documents-only',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^(src|test)/' },
    },
    {
      name: 'only-known-packages',
      comment:
        'A package that is imported stands in package.json, and not among those that production lacks.',
      severity: 'error',
      from: { path: '^src/', pathNot: TEST },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: { path: '^src/' },
      // This package is types and nothing else, so there is no file to find.
      to: { couldNotResolve: true, pathNot: '^@graphql-typed-document-node/core$' },
    },
    only('routing'),
    only('providers', 'accounting/usage'),
    only('accounting', 'database', 'identity'),
    only('runtime', 'accounting', 'catalog', 'database', 'identity', 'providers', 'routing'),
    only('gateway', 'runtime', 'routing', 'providers', 'accounting'),
    only('catalog', 'accounting', 'providers'),
    only('identity', 'database'),
    only('database'),
    only('domain', 'database', 'identity', 'catalog', 'routing', 'providers', 'accounting'),
    only('graphql', 'domain', 'database', 'identity', 'providers', 'accounting', 'catalog', 'http'),
    only('rest', 'graphql', 'http'),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^web/(build|node_modules|[.]svelte-kit)|/generated/pothos/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};

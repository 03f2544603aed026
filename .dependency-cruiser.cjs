// The layers, as rules that run. Each says why; `npm run layers` names the rule and the import that breaks it.
//
//   cli, demo, testing, local, worker        what people and machines start
//     -> client, runs, agent, temporal       what can be done with runs, threads and agents
//       -> checkpoint, graph, db             how it is kept and run
//         -> settings, telemetry, errors     what everybody may use
//
// workflows/ is a world of its own (Temporal's sandbox); activities/ are its thin doors into src.

const BASE = '^src/(settings|telemetry|errors\\.ts|error-codes\\.ts)';
const PROGRAMS = '^src/(cli|demo|testing|local|worker)/';
const CAPABILITIES = '^src/(client|runs|agent|temporal)/';
const STORES = '^src/(checkpoint|graph|db)/';
/** Words that every layer speaks: files of types and constants, without an import that does anything. */
const VOCABULARY = '^src/(runs/types|agent/definition|temporal/names|errors|error-codes)\\.ts$';

/** A library has the homes named; elsewhere even its types are ours, so it can change in one place. */
const home = (name, library, homes, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: '^(src|workflows|activities)/', pathNot: homes },
  to: { path: `node_modules/(${library})/` },
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment:
        'Files that import each other can only be read, tested and moved together, and what runs first depends on who asked. ' +
        'Move what both need into a third file. Cycles of types alone count too: they are the same knot for a reader.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'everything-resolves',
      comment:
        'An import that leads nowhere fails in the package although it may work in the editor. ' +
        '(Our own name leads to dist, which is there only after a build; the type check covers it.)',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^holdfast(/|$)' },
    },
    {
      name: 'declared-dependencies-only',
      comment:
        'A module that is only a development dependency, or only there because npm hoisted it, is missing once the package is installed.',
      severity: 'error',
      from: { path: '^(src|workflows|activities)/', pathNot: '^src/demo/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        // LangChain's own packages are peers: the project's copy is the one copy.
        dependencyTypesNot: ['npm-peer', 'type-only'],
      },
    },
    {
      name: 'base-knows-nobody',
      comment: 'Settings, logs and errors are used by all; if they knew a layer above, everything would hang together.',
      severity: 'error',
      from: { path: BASE },
      to: { path: '^(src|workflows|activities|examples|test|bench)/', pathNot: [BASE, VOCABULARY] },
    },
    {
      name: 'stores-do-not-look-up',
      comment:
        'Checkpoints, graph and db say how state is kept and run; what a run means is decided above. The shared vocabulary is types.',
      severity: 'error',
      from: { path: STORES },
      to: { path: [PROGRAMS, CAPABILITIES, '^(workflows|activities)/'], pathNot: VOCABULARY },
    },
    {
      name: 'db-is-the-bottom',
      comment: 'Pool, transaction and migrations know no table of any capability; each capability brings its own SQL.',
      severity: 'error',
      from: { path: '^src/db/' },
      to: { path: '^src/', pathNot: ['^src/db/', BASE] },
    },
    {
      name: 'checkpoint-and-graph-are-strangers',
      comment:
        'The checkpointer serves plain LangGraph too, and the gate works with any saver: neither may lean on the other. Types are a contract.',
      severity: 'error',
      from: { path: '^src/checkpoint/' },
      to: { path: '^src/graph/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'capabilities-do-not-know-programs',
      comment: 'A client in somebody else’s server must not pull in the CLI, a worker or an embedded PostgreSQL.',
      severity: 'error',
      from: { path: CAPABILITIES },
      to: { path: [PROGRAMS, '^activities/'] },
    },
    {
      name: 'programs-know-each-other-downwards',
      comment:
        'A worker runs without the CLI and without the embedded stack, the stack without the CLI: each is deployed alone.',
      severity: 'error',
      from: { path: '^src/(worker|local|testing)/' },
      to: { path: '^src/(cli|demo)/' },
    },
    {
      name: 'worker-stands-alone',
      comment: 'A worker takes work from Temporal; it neither starts runs nor owns a local stack.',
      severity: 'error',
      from: { path: '^src/worker/' },
      to: { path: '^src/(local|testing|client)/' },
    },
    {
      name: 'nothing-imports-tests',
      comment: 'Tests, benchmarks and build scripts are not in anybody’s installation.',
      severity: 'error',
      from: { path: '^(src|workflows|activities|examples)/' },
      to: { path: '^(test|bench|scripts)/' },
    },
    {
      name: 'examples-are-for-the-demo',
      comment: 'Examples show what a user writes; a runtime that needed one would not run what users write.',
      severity: 'error',
      from: { path: '^(src|workflows|activities)/', pathNot: '^src/demo/' },
      to: { path: '^examples/' },
    },
    {
      name: 'examples-use-what-is-public',
      comment: 'An example is copied into a project that has only the package: it imports `holdfast` by its name.',
      severity: 'error',
      from: { path: '^examples/' },
      to: { path: '^(src|workflows|activities)/' },
    },
    {
      name: 'workflows-are-small-and-deterministic',
      comment:
        'Everything here is bundled into Temporal’s sandbox and replayed: no clock, no I/O, no library (a zod import alone grew the bundle ' +
        'from 1.6 to 2.7 MB). From src come types, which vanish, and the constants of temporal/names.ts.',
      severity: 'error',
      from: { path: '^workflows/' },
      to: {
        pathNot: ['^workflows/', '^src/temporal/names\\.ts$', 'node_modules/@temporalio/(workflow|common)/'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'workflow-types-stay-light',
      comment:
        'Even as a type, what a workflow sees of src is the vocabulary, and of activities their signatures: its messages are ids, names and counters.',
      severity: 'error',
      from: { path: '^workflows/' },
      to: {
        path: ['^src/', '^activities/', 'node_modules/(@langchain|langchain|zod|pg)/'],
        pathNot: [VOCABULARY, '^activities/'],
      },
    },
    {
      name: 'names-are-only-names',
      comment: 'temporal/names.ts goes into the workflow bundle: constants without an import.',
      severity: 'error',
      from: { path: '^src/temporal/names\\.ts$' },
      to: { path: '.' },
    },
    {
      name: 'workflows-by-name',
      comment:
        'Outside the sandbox a workflow is its persisted name; importing its code would load @temporalio/workflow where it cannot run. ' +
        'Its messages’ types are the contract.',
      severity: 'error',
      from: { path: '^(src|activities)/' },
      to: { path: '^workflows/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'activities-are-for-workers',
      comment: 'Activities are doors from Temporal into src, not a library.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(worker|testing)/' },
      to: { path: '^activities/' },
    },
    {
      name: 'activities-are-thin',
      comment: 'An activity calls a capability; what people start calls activities, never the other way round.',
      severity: 'error',
      from: { path: '^activities/' },
      to: { path: '^src/(cli|demo|local|testing|client)/' },
    },
    home(
      'pg-has-homes',
      'pg|pg-[^/]*|@types/pg',
      ['^src/db/', '^src/checkpoint/', '^src/local/'],
      'One place makes pools and knows the driver; others take a Pool (src/db/pool.ts). The local stack speaks to a server before it has one.',
    ),
    home(
      'langchain-has-homes',
      '@langchain/[^/]*|langchain',
      [
        '^src/graph/',
        '^src/checkpoint/',
        '^src/agent/',
        '^src/testing/',
        '^src/demo/',
        // What crosses the border: a client takes LangGraph's own Command, and the stored request becomes one again.
        '^src/client/',
        '^src/runs/execute-slice\\.ts$',
      ],
      'LangGraph’s inside changes between versions; what depends on it stays where the self-test covers it.',
    ),
    home(
      'temporal-client-and-worker-have-homes',
      '@temporalio/(client|worker|core-bridge|testing|envconfig|proto)',
      ['^src/temporal/', '^src/worker/', '^src/client/', '^src/local/', '^src/settings/', '^src/testing/'],
      'How this project speaks to Temporal is decided once; the CLI, runs and graph know runs, not workflows.',
    ),
    home(
      'temporal-activity-has-homes',
      '@temporalio/activity',
      ['^activities/', '^src/worker/', '^src/temporal/'],
      'The activity context exists only inside an activity; code that reaches for it elsewhere cannot run in a test or in plain LangGraph.',
    ),
    home(
      'temporal-workflow-has-homes',
      '@temporalio/workflow',
      ['^workflows/'],
      'It works only inside Temporal’s sandbox and throws elsewhere.',
    ),
    home(
      'commander-is-the-clis',
      'commander|cli-table3',
      ['^src/cli/'],
      'Options, tables and exit codes are the command line’s own.',
    ),
  ],
  options: {
    doNotFollow: { path: '(^|/)(node_modules|dist)/' },
    exclude: { path: '^coverage/' },
    // Type imports count: a layer is what a reader has to know.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};

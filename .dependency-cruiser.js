// Import circles: refused, also where they consist of types only. `npm run lint` runs it.
/** @type {import('dependency-cruiser').IConfiguration} */
const configuration = {
  forbidden: [{ name: 'no-circular', severity: 'error', from: {}, to: { circular: true } }],
  options: {
    exclude: { path: '^(dist|node_modules)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    // Imports as written: those of types are gone once TypeScript has compiled them.
    tsPreCompilationDeps: true,
  },
};

export default configuration;

// Joins the compiled program into few files, which load in half the time that hundreds of modules take. Part of
// `npm run build`.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { build } from 'esbuild';
import { isMain, projectRoot, runScript } from './bootstrap.mjs';

/** What a process or a thread begins with. Each takes the place of the module that the compiler made. */
const entries = ['cli/main', 'common/stop-signals', 'data/loader/worker'];
/** Packages with files that Node.js or the system loads itself. */
const external = ['sharp', '@julusian/jpeg-turbo', '@resvg/resvg-js', '@tensorflow/*'];
/** Stands for the path from a written file to `dist`. */
const distMark = '@dist@';

/** Keeps `import.meta.url` the address of the module itself, wherever its code ends up. */
const moduleUrls = {
  name: 'module-urls',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const code = readFileSync(path, 'utf8');
      const module = relative(join(projectRoot, 'src'), path).split(sep).join('/').replace(/ts$/, 'js');
      const url = `new URL('${distMark}/${module}', import.meta.url).href`;
      return { loader: 'ts', contents: code.replaceAll('import.meta.url', url) };
    });
  },
};

async function main() {
  const dist = join(projectRoot, 'dist');
  const { outputFiles } = await build({
    absWorkingDir: projectRoot,
    entryPoints: Object.fromEntries(entries.map((entry) => [entry, `src/${entry}.ts`])),
    outdir: dist,
    chunkNames: 'chunks/[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.9',
    external,
    plugins: [moduleUrls],
    // Packages in CommonJS call `require`.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);",
    },
    legalComments: 'inline',
    write: false,
  });
  // Files of an earlier build stay in `chunks`: a run that began with it may still load some.
  for (const { path, text } of outputFiles) {
    const toDist = relative(dirname(path), dist).split(sep).join('/');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text.replaceAll(distMark, toDist));
  }
  return 0;
}

if (isMain(import.meta.url)) await runScript(main);

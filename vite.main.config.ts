// The main process, its threads and the command line as JavaScript in out/main, one file for each source file: Node takes
// the types off only in a project's own folder, not in a package. The preload script is the exception: a sandboxed one
// is a single CommonJS file (vite.preload.config.ts).
import { copyFileSync, globSync, mkdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { defineConfig, type Plugin } from 'vite';

const root = import.meta.dirname;
const hosts = ['main/hosts/electron/main.ts', 'main/hosts/cli/main.ts', 'main/hosts/browser/host.ts'];
/** Files that are started as a thread or a process, and files that are read at run time. */
const startedFile = /new URL\(\s*(['"])(\.{1,2}\/[^'"]+)\.ts\1,\s*import\.meta\.url\s*,?\s*\)/g;

const startedFiles = (): Plugin => ({
  name: 'afterword-started-files',
  transform(code, id) {
    const renamed = code.replace(startedFile, (_whole, quote: string, path: string) => {
      this.emitFile({ type: 'chunk', id: join(dirname(id), `${path}.ts`) });
      return `new URL(${quote}${path}.js${quote}, import.meta.url)`;
    });
    return renamed === code ? null : { code: renamed, map: null };
  },
});

const copiedFiles = (): Plugin => ({
  name: 'afterword-copied-files',
  writeBundle({ dir = join(root, 'out') }) {
    for (const path of globSync('main/reports/templates/**/*', { cwd: root, withFileTypes: true })) {
      if (!path.isFile()) continue;
      const source = join(path.parentPath, path.name);
      const target = join(dir, relative(root, source));
      mkdirSync(dirname(target), { recursive: true });
      copyFileSync(source, target);
    }
  },
});

export default defineConfig({
  plugins: [startedFiles(), copiedFiles()],
  build: {
    ssr: true,
    outDir: 'out',
    emptyOutDir: true,
    target: 'node24',
    minify: false,
    sourcemap: true,
    rolldownOptions: {
      input: hosts.map((path) => join(root, path)),
      // Every package stays where npm put it: several have native parts or data beside their code.
      external: (id) => !id.startsWith('.') && !id.startsWith('/') && !/^[a-z]:[\\/]/i.test(id),
      preserveEntrySignatures: 'strict',
      output: { format: 'es', preserveModules: true, preserveModulesRoot: root, entryFileNames: '[name].js' },
    },
  },
});

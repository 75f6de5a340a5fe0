// npm run sbom: CycloneDX bills of materials in dist/sbom, as npm makes them from the lock file. One of everything used to
// build and test, one of what reaches a user, which npm cannot tell apart: the page's packages are development ones to it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runNpm } from './npm.ts';
import { findShipped, readLock, root } from './shipped.ts';

type Bom = {
  metadata: { component: { 'bom-ref': string } };
  components: { 'bom-ref': string; name: string; version: string; scope?: string; properties?: unknown }[];
  dependencies: { ref: string; dependsOn: string[] }[];
};

/** The part of a bill about these packages, by `name@version`. */
export const narrowBom = (bom: Bom, shipped: ReadonlySet<string>): Bom => {
  // The reference has a package's own name where it is installed under another.
  const components = bom.components.filter(
    (one) => shipped.has(`${one.name}@${one.version}`) || shipped.has(one['bom-ref']),
  );
  const refs = new Set([bom.metadata.component['bom-ref'], ...components.map((one) => one['bom-ref'])]);
  return {
    ...bom,
    // Their marks “development” and “optional” are npm's view of this project, not a user's.
    components: components.map(({ scope: _scope, properties: _properties, ...rest }) => rest),
    dependencies: bom.dependencies
      .filter(({ ref }) => refs.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((other) => refs.has(other)) })),
  };
};

export const makeBoms = (): { whole: Bom; shipped: Bom } => {
  const run = runNpm(['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--package-lock-only']);
  if (run.status !== 0) throw new Error(`npm sbom failed: ${run.stderr}`);
  const whole = JSON.parse(run.stdout) as Bom;
  const names = new Set(findShipped(readLock()).map(({ name, version }) => `${name}@${version}`));
  return { whole, shipped: narrowBom(whole, names) };
};

if (import.meta.main) {
  const folder = join(root, 'dist', 'sbom');
  mkdirSync(folder, { recursive: true });
  const { whole, shipped } = makeBoms();
  writeFileSync(join(folder, 'afterword-all.cdx.json'), `${JSON.stringify(whole, null, 2)}\n`);
  writeFileSync(join(folder, 'afterword-shipped.cdx.json'), `${JSON.stringify(shipped, null, 2)}\n`);
  console.log(`dist/sbom: ${whole.components.length} packages, ${shipped.components.length} of them shipped`);
}

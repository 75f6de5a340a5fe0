// What a person has looked at and decided about the packages this project uses; docs/supply-chain.md says the same in words,
// and test/unit/supply-chain.test.ts holds this, the lock file and the page together.

/** Licences under which a package may be shipped without asking anybody: none of them reaches over to our own code. */
export const acceptedLicences = [
  'MIT',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'Python-2.0',
  'OFL-1.1',
];

/** Shipped packages that carry no licence text of their own, and why that is all right. */
export const withoutText: Record<string, string> = {
  'lazy-val': 'one short file by Vladimir Krivosheev; its metadata say MIT',
  'react-remove-scroll-bar': 'by Anton Korzunov; its metadata and its page say MIT',
};

/** A platform's binary of a package: the text is that of the package it belongs to. */
export const binaryOf: Record<string, string> = {
  '@myriaddreamin/typst-ts-node-compiler-': '@myriaddreamin/typst-ts-node-compiler',
  '@napi-rs/keyring-': '@napi-rs/keyring',
};

export type InstallReview = { isAllowed: boolean; reason: string };

/** Packages that would run something while they are installed. The same choices stand in package.json, `allowScripts`. */
export const installScripts: Record<string, InstallReview> = {
  node: {
    isAllowed: true,
    reason: 'puts the binary of the platform’s own package (node-bin-…, same version) in its place; development only',
  },
  'electron-winstaller': {
    isAllowed: false,
    reason: 'chooses a 7-Zip for Squirrel installers, which are not built here; development only',
  },
  // Installed under the name better-sqlite3.
  'better-sqlite3-multiple-ciphers': {
    isAllowed: false,
    reason: 'holds a binding.gyp and tells npm not to compile it; prebuilt N-API binaries are in the package',
  },
};

export type AcceptedAdvisory = {
  /** As the advisory's address ends: GHSA-…. */
  id: string;
  package: string;
  /** Why it cannot be reached, or what stands in its way. */
  reason: string;
  /** YYYY-MM-DD; after it the audit asks again. */
  until: string;
};

/** Findings of `npm audit` that were judged. None is known: see docs/supply-chain.md on when the audit was last answered. */
export const acceptedAdvisories: AcceptedAdvisory[] = [];

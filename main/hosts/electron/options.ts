// Everything that makes a window safe, as values, so that a test reads the very objects that Electron is given. Sources:
// Electron's security checklist, items 2 to 20. Imports electron's types only.
import type { BrowserWindowConstructorOptions, CustomScheme, WebPreferences } from 'electron';

/** As in electron-builder.yml: Windows files notifications under it. */
export const appId = 'com.example.afterword';
export const scheme = 'app';
export const pageHost = 'bundle';
export const pageUrl = `${scheme}://${pageHost}/`;

/** A real origin with storage of its own, held by the policy like any other; that lets the page fetch nothing. */
export const schemes: CustomScheme[] = [
  {
    scheme,
    privileges: {
      standard: true,
      secure: true,
      supportFetchAPI: true,
      codeCache: true,
      bypassCSP: false,
      corsEnabled: false,
      allowServiceWorkers: false,
      allowExtensions: false,
    },
  },
];

export const webPreferences = (preload: string): WebPreferences => ({
  preload,
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
  navigateOnDragDrop: false,
  // Its dictionaries would come over the network.
  spellcheck: false,
});

export const windowOptions = (preload: string): BrowserWindowConstructorOptions => ({
  // The name under which Electron keeps position and size.
  name: 'main',
  windowStatePersistence: true,
  title: 'Afterword',
  width: 1280,
  height: 840,
  minWidth: 720,
  minHeight: 480,
  // Shown when the page has painted, so that nothing white flashes.
  show: false,
  backgroundColor: '#ffffff',
  webPreferences: webPreferences(preload),
});

/** Switches of the network service and others that no window of ours needs. Before `ready`. */
export const commandLineSwitches: readonly [string, string?][] = [
  ['disable-background-networking'],
  ['disable-component-update'],
  ['no-pings'],
];

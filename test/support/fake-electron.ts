// Stand-ins for the parts of Electron that its host is handed: each keeps what it was told and lets a test raise events.
// Nothing is known here of what Electron does with it: test/e2e/electron.test.ts asks the real one.
import { fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import type { BrowserWindowConstructorOptions, MenuItemConstructorOptions } from 'electron';
import type { ElectronParts } from '../../main/hosts/electron/start.ts';

type Handler = (...words: never[]) => unknown;

export class FakeContents extends EventEmitter {
  static nextId = 1;
  readonly id = FakeContents.nextId++;
  readonly sent: { channel: string; payload: unknown }[] = [];
  mainFrame = { url: 'app://bundle/', parent: null };
  openHandler: Handler | null = null;
  reloads = 0;
  isDestroyed = (): boolean => false;
  getURL = (): string => this.mainFrame.url;
  send(channel: string, payload: unknown): void {
    this.sent.push({ channel, payload });
  }
  setWindowOpenHandler(handler: Handler): void {
    this.openHandler = handler;
  }
  reload(): void {
    this.reloads += 1;
  }
}

export class FakeWindow extends EventEmitter {
  readonly webContents = new FakeContents();
  readonly calls: string[] = [];
  isFocusedNow = false;
  loaded: string | null = null;
  readonly options: BrowserWindowConstructorOptions;
  constructor(options: BrowserWindowConstructorOptions) {
    super();
    this.options = options;
  }
  async loadURL(url: string): Promise<void> {
    this.loaded = url;
  }
  show = (): number => this.calls.push('show');
  focus = (): number => this.calls.push('focus');
  restore = (): number => this.calls.push('restore');
  isMinimized = (): boolean => true;
  isFocused = (): boolean => this.isFocusedNow;
}

export class FakeSession extends EventEmitter {
  permissionRequest: Handler | null = null;
  permissionCheck: Handler | null = null;
  device: Handler | null = null;
  display: Handler | null = null;
  beforeRequest: Handler | null = null;
  readonly webRequest = {
    onBeforeRequest: (handler: Handler): void => {
      this.beforeRequest = handler;
    },
  };
  setPermissionRequestHandler(handler: Handler): void {
    this.permissionRequest = handler;
  }
  setPermissionCheckHandler(handler: Handler): void {
    this.permissionCheck = handler;
  }
  setDevicePermissionHandler(handler: Handler): void {
    this.device = handler;
  }
  setDisplayMediaRequestHandler(handler: Handler): void {
    this.display = handler;
  }
  resolveProxy = async (): Promise<string> => 'DIRECT';
}

export type FakeElectron = {
  parts: ElectronParts;
  windows: FakeWindow[];
  session: FakeSession;
  app: EventEmitter & { exits: number[]; quits: number };
  power: EventEmitter;
  handlers: Map<string, Handler>;
  protocols: Map<string, Handler>;
  boxes: { message: string; detail: string; buttons: string[] }[];
  /** What the next message box answers. */
  choice: { index: number };
  menu: MenuItemConstructorOptions[];
  opened: string[];
  notifications: { title: string; body: string }[];
  /** Utility processes, as they were asked for. */
  forked: { path: string; words: string[]; options: { env: NodeJS.ProcessEnv; stdio: 'ignore' } }[];
};

export const createFakeElectron = (documents: string): FakeElectron => {
  const windows: FakeWindow[] = [];
  const session = new FakeSession();
  const power = new EventEmitter();
  const handlers = new Map<string, Handler>();
  const protocols = new Map<string, Handler>();
  const boxes: FakeElectron['boxes'] = [];
  const choice = { index: 0 };
  const menu: MenuItemConstructorOptions[] = [];
  const opened: string[] = [];
  const forked: FakeElectron['forked'] = [];
  const notifications: FakeElectron['notifications'] = [];
  const app = Object.assign(new EventEmitter(), {
    exits: [] as number[],
    quits: 0,
    isPackaged: true,
    getVersion: () => '1.2.3',
    getPath: () => documents,
    exit: (code: number) => app.exits.push(code),
    quit: () => {
      app.quits += 1;
    },
  });
  const parts = {
    app,
    BrowserWindow: class extends FakeWindow {
      constructor(options: BrowserWindowConstructorOptions) {
        super(options);
        windows.push(this);
      }
    },
    dialog: {
      showMessageBox: async (...words: unknown[]) => {
        boxes.push(words.at(-1) as (typeof boxes)[number]);
        return { response: choice.index };
      },
      showOpenDialog: async () => ({ canceled: false, filePaths: [documents] }),
      showSaveDialog: async (...words: unknown[]) => ({
        canceled: false,
        filePath: (words.at(-1) as { defaultPath: string }).defaultPath,
      }),
    },
    ipcMain: { handle: (channel: string, handler: Handler) => handlers.set(channel, handler) },
    Menu: {
      buildFromTemplate: (template: MenuItemConstructorOptions[]) => template,
      setApplicationMenu: (template: MenuItemConstructorOptions[]) => menu.push(...template),
    },
    Notification: class extends EventEmitter {
      constructor(options: { title: string; body: string }) {
        super();
        notifications.push(options);
      }
      show(): void {
        this.emit('shown');
      }
    },
    powerMonitor: power,
    protocol: { handle: (scheme: string, handler: Handler) => protocols.set(scheme, handler) },
    session: { defaultSession: session },
    shell: {
      openPath: async (path: string) => {
        opened.push(path);
        return '';
      },
      showItemInFolder: (path: string) => opened.push(path),
      openExternal: async (url: string) => {
        opened.push(url);
      },
    },
    utilityProcess: {
      /** A Node process in its place. It has no parentPort: its messages come without Electron's envelope. */
      fork: (path: string, words: string[], options: { env: NodeJS.ProcessEnv; stdio: 'ignore' }) => {
        forked.push({ path, words, options });
        if (path.includes('keyring')) throw new Error('no keychain in this test');
        const child = fork(path, words, {
          env: options.env,
          execArgv: [],
          serialization: 'advanced',
          stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
        });
        return Object.assign(new EventEmitter(), {
          on: (name: string, listener: (...all: unknown[]) => void) => child.on(name, listener),
          postMessage: (message: unknown) => child.send(message as object),
          kill: () => child.kill('SIGKILL'),
        });
      },
    },
  };
  return {
    parts: parts as unknown as ElectronParts,
    windows,
    session,
    app,
    power,
    handlers,
    protocols,
    boxes,
    choice,
    menu,
    opened,
    notifications,
    forked,
  };
};

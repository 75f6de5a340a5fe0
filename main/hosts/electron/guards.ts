// What a page may never do, whatever runs in it: permissions, devices, downloads, other addresses, other windows, requests
// that leave the program. Electron's parts are handed in; imports its types only.
import type { Session, WebContents } from 'electron';
import type { Log } from '../../ports.ts';
import { isOwnUrl } from './sender.ts';

/** Copying a figure is the only thing that asks; reading the clipboard is refused. */
const isAllowedPermission = (permission: string): boolean => permission === 'clipboard-sanitized-write';

/** `isDevTool` leaves the developer tools of an unpackaged run their own addresses. */
const isAllowedRequest = (url: string, isDevTool: boolean): boolean =>
  isOwnUrl(url) || url.startsWith('data:image/') || (isDevTool && url.startsWith('devtools:'));

export const guardSession = (session: Session, log: Log, isPackaged: boolean): void => {
  session.setPermissionRequestHandler((contents, permission, answer) =>
    answer(isAllowedPermission(permission) && isOwnUrl(contents.getURL())),
  );
  session.setPermissionCheckHandler(
    (contents, permission) => isAllowedPermission(permission) && contents !== null && isOwnUrl(contents.getURL()),
  );
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, answer) => answer({}));
  session.on('will-download', (event) => {
    log.error('download refused');
    event.preventDefault();
  });
  session.webRequest.onBeforeRequest((details, answer) => {
    const isAllowed = isAllowedRequest(details.url, !isPackaged);
    if (!isAllowed) log.error('request refused', { protocol: URL.parse(details.url)?.protocol ?? 'none' });
    answer({ cancel: !isAllowed });
  });
};

/** A link is opened by the page through `host.open-external`, which has an allow-list; never by following it. */
export const guardContents = (contents: WebContents, log: Log): void => {
  const refuseForeign = (event: { url: string; preventDefault(): void }): void => {
    if (isOwnUrl(event.url)) return;
    log.error('navigation refused');
    event.preventDefault();
  };
  contents.on('will-navigate', refuseForeign);
  contents.on('will-frame-navigate', refuseForeign);
  contents.on('will-redirect', refuseForeign);
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => {
    log.error('new window refused');
    return { action: 'deny' };
  });
};

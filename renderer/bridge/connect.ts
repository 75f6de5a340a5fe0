// Finds the transport of the host this page runs in.
import { type Bridge, createBridge, type Transport } from './bridge.ts';
import { createHttpTransport } from './http-transport.ts';

/** Electron's preload puts one on the window; elsewhere the page came from the browser host. */
export const connectBridge = (): Bridge => {
  const { afterword } = window as { afterword?: Transport };
  return createBridge(afterword ?? createHttpTransport());
};

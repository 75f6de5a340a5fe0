// A thread that reads the certificate authorities of this computer and ends: on the host thread it would hold up whatever else
// somebody does for a tenth of a second, and longer where the system keeps many.
import tls from 'node:tls';
import { parentPort } from 'node:worker_threads';

parentPort?.postMessage([...new Set([...tls.getCACertificates('default'), ...tls.getCACertificates('system')])]);

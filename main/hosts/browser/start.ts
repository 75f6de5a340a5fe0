// Entry of npm start. What Node makes of the source (types taken off, code compiled) is kept beside the project, for this process, its
// threads and its helpers: that is half of what a start costs. So nothing of the program may be loaded before.
import { enableCompileCache } from 'node:module';
import { resolve } from 'node:path';

const folder = resolve(import.meta.dirname, '../../../.cache/compiled');
// Threads and helpers find it here. A folder that cannot be written to costs the time it would have saved.
process.env.NODE_COMPILE_CACHE ??= folder;
enableCompileCache(process.env.NODE_COMPILE_CACHE);
await import('./start-window.ts');

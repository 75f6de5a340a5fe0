// The command line: `afterword …`. Parses words, calls the app, prints. Everything it prints for machines goes to
// stdout; progress and the log go to stderr.
import { runCli } from './run.ts';

process.exitCode = await runCli(process.argv.slice(2));

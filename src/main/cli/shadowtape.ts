#!/usr/bin/env node
/** The command line: the same console without a screen. */
import '../application/chosen-language.ts';
import { correctHome } from '../application/home-folder.ts';
import { CommandLine } from './command-line.ts';
import { perform } from './perform.ts';
import { endOnUnexpected, unexpectedStatus } from './terminal/stop-signals.ts';

correctHome();
const line = new CommandLine();
endOnUnexpected(() => (line.hasEnded ? line.exitStatus : unexpectedStatus));
process.exitCode = await perform(line, process.argv.slice(2));

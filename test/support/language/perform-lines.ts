/**
 * Performs command lines one after the other in one process, and prints how each ended, as JSON. A process for each would mostly load
 * modules. Words after the lines choose the language of the process, as they do for a single command line.
 */
import '../../../src/main/application/chosen-language.ts';
import { performed } from '../performed-command.ts';

const lines = JSON.parse(process.argv[2] ?? '[]') as string[][];
const ends: Awaited<ReturnType<typeof performed>>[] = [];
for (const words of lines) ends.push(await performed(words));
process.stdout.write(JSON.stringify(ends));

/**
 * A tape server in memory as a program of its own, to be started over ssh: `node rmt-emulator.ts RECORDS FILE`. Its tape holds so many
 * records. When the connection ends, the data on the tape goes to the file, so that others can judge it.
 */
import { writeFileSync } from 'node:fs';
import { fileMark, ServedTape } from '../../src/streams/rmt/rmt-server.test-support.ts';

const [records = '', file = ''] = process.argv.slice(2);
const tape = new ServedTape({ capacityRecords: Number(records) });
const { input, output, ended } = tape.connect();
process.stdin.pipe(input);
output.pipe(process.stdout);
await ended;
writeFileSync(file, Buffer.concat(tape.content.filter((item) => item !== fileMark)));

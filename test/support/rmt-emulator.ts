/**
 * A tape server in memory as a separate program, to be started over ssh: `node rmt-emulator.ts RECORDS FILE`. Its tape
 * holds that many records. When the connection ends, the data on the tape is written to the file, so that others can
 * check it.
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

import { Keystream } from './keystream.ts';

/**
 * The files of a payroll service, as they are in /app: invented people, plausible shapes.
 *
 * Sizes follow the volume: about a tenth of it, whatever its size; names are the same for every lab.
 */

export interface PayrollEntry {
  /** Below the mount point, without a leading slash; the root is ''. */
  readonly path: string;
  readonly type: 'directory' | 'file' | 'symlink';
  readonly mode: number;
  /** Seconds since 1970. */
  readonly modified: number;
  readonly content?: Buffer;
  readonly target?: string;
}

const surnames = 'Adler Brandt Castellanos Dubois Eriksen Fontaine Grünwald Horváth Ivanova Jørgensen'.split(
  ' ',
);
const givenNames = 'Agnes Bruno Chiara Daniel Elena Farid Greta Henrik Inès Jakub Keiko Lars Mina Noor'.split(
  ' ',
);
const departments = ['Accounts', 'Dispatch', 'Engineering', 'Logistics', 'Personnel', 'Sales'];
const firstOfJanuary = Date.UTC(2004, 0, 1) / 1000;
const month = 2_629_746;
const employeeCount = 160;

function employee(index: number): { number: string; name: string; department: string } {
  const name = `${givenNames[index % givenNames.length]} ${surnames[(index * 7) % surnames.length]}`;
  return { number: `E${10_001 + index}`, name, department: departments[index % departments.length] ?? '' };
}

/** Lines made by `line` until `bytes` are reached; the last line is complete. */
function lines(head: string, bytes: number, line: (index: number) => string): Buffer {
  const parts = [head];
  for (let length = head.length, index = 0; length < bytes; index += 1) {
    const text = line(index);
    parts.push(text);
    length += text.length;
  }
  return Buffer.from(parts.join(''), 'utf8');
}

function payRun(label: string, bytes: number): Buffer {
  return lines('number;name;department;gross;tax;net;reference\n', bytes, (index) => {
    const { number, name, department } = employee(index % employeeCount);
    const gross = 180_000 + ((index * 7919) % 420_000);
    const tax = Math.round(gross * 0.27);
    const euro = (cents: number): string => (cents / 100).toFixed(2);
    return `${number};${name};${department};${euro(gross)};${euro(tax)};${euro(gross - tax)};${label}-${index}\n`;
  });
}

function record(index: number): Buffer {
  const { number, name, department } = employee(index);
  const text = `Number:      ${number}\nName:        ${name}\nDepartment:  ${department}\nEntered:     ${1985 + (index % 20)}-04-01\nBank:        XX${String(index * 104_729).padStart(12, '0')}\n`;
  return Buffer.from(text, 'utf8');
}

function program(stream: Keystream, place: number, bytes: number): Buffer {
  const code = stream.bytes(place * 1_048_576, bytes);
  // the first bytes of a 32-bit big-endian executable: what file(1) of a SPARC host recognizes
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 1, 2, 1, 0]).copy(code);
  return code;
}

const dayOf = (index: number): number => firstOfJanuary + index * month;

function directories(): PayrollEntry[] {
  const months = Array.from({ length: 24 }, (_, index) => `payslips/${monthLabel(index)}`);
  const names = [
    '',
    'bin',
    'etc',
    'etc/tax',
    'employees',
    'payslips',
    ...months,
    'ledger',
    'documents',
    'spool',
    'run',
  ];
  return names.map((path) => ({ path, type: 'directory', mode: 0o755, modified: dayOf(0) }));
}

function monthLabel(index: number): string {
  return `${2004 + Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`;
}

function file(path: string, content: Buffer, modified: number, mode = 0o644): PayrollEntry {
  return { path, type: 'file', mode, modified, content };
}

function monthFiles(index: number, stream: Keystream, scale: number): PayrollEntry[] {
  const label = monthLabel(index);
  const folder = `payslips/${label}`;
  const summary = `Pay run ${label}\nEmployees: ${employeeCount}\nClosed by: Personnel\nChecksum: ${stream.bytes(index * 4096, 16).toString('hex')}\n`;
  return [
    file(`${folder}/run.csv`, payRun(label, Math.max(700, 262_144 * scale)), dayOf(index)),
    file(
      `${folder}/journal.dat`,
      stream.bytes((index + 64) * 16_777_216, sized(1_258_291, scale)),
      dayOf(index),
    ),
    file(`${folder}/summary.txt`, Buffer.from(summary), dayOf(index)),
    file(`${folder}/corrections ${label}.txt`, Buffer.from(`No corrections in ${label}.\n`), dayOf(index)),
  ];
}

function sized(bytes: number, scale: number): number {
  return Math.max(256, Math.round(bytes * scale));
}

const documents: readonly [string, string][] = [
  ['documents/Letter to all staff.txt', 'From next month payslips are sent on the 25th.\n'],
  ['documents/Häufige Fragen.txt', 'Wann kommt der Lohnzettel? Am 25. jedes Monats.\n'],
  ['documents/Clôture de l’année 2005.txt', 'La clôture se fait le 31 décembre à midi.\n'],
  ['documents/給与規程.txt', '給与は毎月二十五日に支払う。\n'],
  ["documents/O'Brien & sons (contract).txt", 'Terms as of 2004; see the ledger.\n'],
  ['etc/payroll.conf', 'ledger=/app/ledger/ledger-2005.db\nspool=/app/spool\ncurrency=EUR\n'],
];

/**
 * All entries, directories before what is in them.
 * @param seed of the lab
 * @param volumeBytes size of the volume that they are put into
 */
export function payrollFiles(seed: string, volumeBytes: number): PayrollEntry[] {
  const scale = volumeBytes / 536_870_912;
  const stream = new Keystream(`${seed}/payroll`);
  const taxTable = (year: number): Buffer =>
    lines(
      `tax table ${year}\n`,
      2000,
      (index) => `${index * 500}\t${(index * 0.37).toFixed(2)}\t${year}-${index}\n`,
    );
  return [
    ...directories(),
    ...['payroll', 'paycalc', 'bank-export', 'month-end'].map((name, index) =>
      file(`bin/${name}`, program(stream, index, sized(393_216, scale)), dayOf(0), 0o755),
    ),
    ...[2003, 2004, 2005].map((year) => file(`etc/tax/${year}.tab`, taxTable(year), dayOf(year - 2004 + 1))),
    ...Array.from({ length: employeeCount }, (_, index) =>
      file(`employees/${employee(index).number}.txt`, record(index), dayOf(index % 24), 0o600),
    ),
    ...Array.from({ length: 24 }, (_, index) => monthFiles(index, stream, scale)).flat(),
    file('ledger/ledger-2005.db', stream.bytes(1_073_741_824, sized(12_582_912, scale)), dayOf(23), 0o600),
    ...documents.map(([path, text]) => file(path, Buffer.from(text, 'utf8'), dayOf(20))),
    file('run/payroll.lock', Buffer.alloc(0), dayOf(23)),
    { path: 'payslips/current', type: 'symlink', mode: 0o777, modified: dayOf(23), target: '2005-12' },
  ];
}

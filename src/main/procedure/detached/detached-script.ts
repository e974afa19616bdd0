/**
 * The scripts of detached work: plain sh, as the Bourne shell of Solaris 8 reads it - no `$( )`, no `!`, no functions.
 *
 * Each process is run by a subshell of the run script, its guard, which waits for it in the foreground and writes its exit status: a
 * Bourne shell may forget how a background process ended before `wait PID` asks for it. Each process writes its own number, opens its
 * FIFOs, and only then becomes the command, so that one that still waits in `open` has a number too.
 */
import { englishMessages, quoteArgument, shownLine } from '../../ssh/quoting.ts';
import { scriptOfLogin, type Become } from '../../ssh/rights.ts';
import { keepingLines } from './keeping-script.ts';
import { requireWork, workFile, type DetachedProcess, type DetachedWork } from '../model/detached-work.ts';

/** The exit status of a start whose folder already exists. */
export const folderThereStatus = 17;
/** The exit status of a start that could not create its files; nothing remains. */
export const notStartedStatus = 18;

/** How many bytes of a file of errors a query reads, from its beginning. */
export const errorsAtMost = 262_144;

/** The folder's files of one process, in the order in which a query shows them. */
const processFiles = ['guard', 'pid', 'status', 'errors', 'output'] as const;
export type ProcessFile = (typeof processFiles)[number];

export const runScriptName = 'run.sh';
export const scriptName = ({ name }: DetachedProcess) => `${name}.sh`;

/**
 * What a process of the work does: write its number, open the FIFOs, run the command. The login opens the FIFOs. Only
 * the command gets other rights; its number is then that of sudo, its parent.
 */
export function processScript(work: DetachedWork, process: DetachedProcess, become?: Become): string {
  const { name, argv, directory, input, output, keepsOutput, keeping } = process;
  const path = (file: string | undefined) => (file === undefined ? '/dev/null' : workFile(work, file));
  const printed = output ?? (keepsOutput ? `${name}.output` : undefined);
  return [
    `echo $$ > ${path(`${name}.pid`)}`,
    // The errors last: their file exists already, so no FIFO stays closed on a full disk.
    `exec < ${path(input)} > ${path(printed)} 2> ${path(`${name}.errors`)}`,
    `cd ${quoteArgument(directory ?? '/')} || exit 1`,
    ...(keeping ? keepingLines(work, keeping) : [`exec ${shownLine(argv, become)}`]),
  ].join('\n');
}

/** What runs detached. It ends when all its processes have ended. */
export function runScript(work: DetachedWork): string {
  const path = (file: string) => workFile(work, file);
  return [
    // The command that starts the script sets it as well; here it is for a start by hand.
    englishMessages,
    'export LC_ALL',
    "trap '' HUP",
    `echo $$ > ${path('run.pid')}`,
    ...work.processes.flatMap((process) => [
      `(sh ${path(scriptName(process))}; echo $? > ${path(`${process.name}.status`)}) &`,
      `echo $! > ${path(`${process.name}.guard`)}`,
    ]),
    'wait',
    // For an administrator who inspects the folder.
    `echo ended > ${path('ended')}`,
  ].join('\n');
}

/**
 * The command that creates the folder, puts the scripts into it and starts the work, detached from the session: sshd
 * ends a session once no process holds its channel. Prints the number of the process; exit statuses `folderThereStatus`
 * and `notStartedStatus`.
 * @param become how the host's commands get their rights
 * @throws ARGUMENT_FORBIDDEN
 */
export function startCommand(work: DetachedWork, become?: Become): string[] {
  const { folder, fifos, processes } = requireWork(work);
  const path = (file: string) => workFile(work, file);
  const texts = [
    [runScriptName, runScript(work)] as const,
    ...processes.map((process) => [scriptName(process), processScript(work, process, become)] as const),
  ];
  const made = [
    ...(fifos.length === 0 ? [] : [`mkfifo ${fifos.map(path).join(' ')}`]),
    ...processes.map(({ name }) => `true > ${path(`${name}.errors`)}`),
    ...texts.map(([name], index) => `printf '%s\\n' "$${index + 1}" > ${path(name)}`),
  ];
  const script = [
    'umask 077',
    `mkdir ${folder} || { test -d ${folder} && exit ${folderThereStatus}; exit ${notStartedStatus}; }`,
    ...made.map((line) => `${line} || { rm -rf ${folder}; exit ${notStartedStatus}; }`),
    "trap '' HUP",
    `nohup sh ${path(runScriptName)} < /dev/null > ${path('run.output')} 2>&1 &`,
    'echo $!',
  ].join('\n');
  return ['sh', '-c', script, scriptOfLogin, ...texts.map(([, text]) => text)];
}

/** The files that a query shows. A process's exit status comes before its output: if it exists, the rest is complete. */
export function lookedAt({ processes }: DetachedWork): string[] {
  return [
    'run.pid',
    'run.output',
    ...processes.flatMap(({ name }) => processFiles.map((file) => `${name}.${file}`)),
  ];
}

/**
 * The command that shows the folder and changes nothing: each existing file after a line `=BOUNDARY= NAME`, followed by
 * a line feed; at the end `=BOUNDARY= end`. Without a folder: `=BOUNDARY= absent`.
 * @param boundary a text that no file can contain: random letters and digits
 */
export function lookCommand(work: DetachedWork, boundary: string): string[] {
  const { folder } = requireWork(work);
  const show = (file: string) => {
    const path = workFile(work, file);
    // With one read of that size dd is a `head -c` that every host has.
    const text = `dd if=${path} bs=${errorsAtMost} count=1 2>/dev/null`;
    return `test -f ${path} && { echo '=${boundary}= ${file}'; ${text}; echo; }`;
  };
  const script = [
    `test -d ${folder} || { echo '=${boundary}= absent'; exit 0; }`,
    ...lookedAt(work).map(show),
    `echo '=${boundary}= end'`,
  ].join('\n');
  return ['sh', '-c', script, scriptOfLogin];
}

/** Shows which of the processes are running, each with its parent and its arguments. */
export function processListCommand(pids: readonly number[]): string[] {
  return ['ps', '-o', 'pid,ppid,args', '-p', pids.join(',')];
}

/** The same for every process of the host: the number of a child of sudo is not known beforehand. */
export const wholeProcessList: readonly string[] = ['ps', '-e', '-o', 'pid,ppid,args'];

/**
 * A cluster as expected from the site file, for the rights that are needed before sdxinfo may be sent: names of groups
 * and sizes are invented, and nothing invented remains in the commands. Pure.
 */
import { parseSdxinfo } from '../../gds/sdxinfo.ts';
import type { ClusterSeen } from '../../procedure/model/assign.ts';
import type { AllowedCommand, AllowedWord } from '../../procedure/plan/rights-needed.ts';
import type { Job } from '../../site/site-schema.ts';

/** 30 TB, in blocks of 512 bytes: larger volumes have numbers with more digits. */
const presumedBlocks = 60_000_000_000;
/** Of the number of records in that. */
const presumedDigits = 9;
const firstBlock = 65_536;

const volumeTitles = 'OBJ NAME TYPE CLASS GROUP DISK MASTER PROXY SKIP JRM MODE 1STBLK LASTBLK BLOCKS STATUS';
const groupTitles = 'OBJ NAME CLASS DISKS BLKS FREEBLKS SPARE';
const diskTitles = 'OBJ NAME TYPE CLASS GROUP DEVNAM DEVBLKS DEVCONNECT STATUS';

const table = (titles: string, rows: readonly string[]): string =>
  [titles, titles.replaceAll(/\S/g, '-'), ...rows].map((line) => `${line}\n`).join('');

/** All proxies of the job in one mirror group of its disks, and each master in another. */
export function presumedCluster(job: Job, node: string): ClusterSeen {
  const disks = Object.keys(job.shadow.disks);
  const volumes = job.volumes.flatMap(({ master, proxy }, index) => {
    const first = firstBlock + index * presumedBlocks;
    const extent = `off on rw ${first} ${first + presumedBlocks - 1} ${presumedBlocks}`;
    return [
      `volume ${proxy} mirror ${job.class} presumed * ${master} Join ${extent} STOP`,
      `volume ${master} mirror ${job.class} master-${index} * * * ${extent} ACTIVE`,
    ];
  });
  const blocks = firstBlock + job.volumes.length * presumedBlocks;
  const text = [
    table(volumeTitles, volumes),
    table(groupTitles, [`group presumed ${job.class} ${disks.join(':')} ${blocks} 0 0`]),
    table(
      diskTitles,
      disks.map((disk) => `disk ${disk} mirror ${job.class} presumed * ${blocks} ${node} ENABLE`),
    ),
  ].join('\n');
  return { primaries: [{ node, report: parseSdxinfo(text) }] };
}

const any: AllowedWord = [{ varies: 'any' }];

/** A number that follows from the size: any with this many digits. */
function widened(word: AllowedWord): AllowedWord {
  const [text] = word;
  const operand =
    typeof text === 'string' && word.length === 1 ? /^(count=)\d{5,}$/.exec(text)?.[1] : undefined;
  return operand === undefined ? word : [operand, { digits: presumedDigits }];
}

/** The groups are not known: lower ones are connected by a separate command. */
function withLowerGroups(command: AllowedCommand): AllowedCommand[] {
  if (command.program !== 'sdxshadowgroup') return [command];
  return [{ ...command, words: [['-C'], ...command.words.slice(1)] }, command];
}

/** The commands without anything invented: of shadow objects only the class is known. */
export function asPresumed(commands: readonly AllowedCommand[]): AllowedCommand[] {
  return commands.flatMap((command) => {
    if (!command.program.startsWith('sdxshadow')) return [{ ...command, words: command.words.map(widened) }];
    const ofClass = command.words.findIndex(([part]) => part === '-c') + 2;
    return withLowerGroups({ ...command, words: [...command.words.slice(0, ofClass), any] });
  });
}

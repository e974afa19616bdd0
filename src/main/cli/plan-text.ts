/** The plan as text: one heading per step, and one line per command, exactly as it is sent. */
import type { Plan, PlannedCommand, PlannedStep, RouteExpectation } from '../../contract/plan.ts';
import { say, told } from '../../contract/text/say.ts';
import { momentText } from './terminal/display.ts';
import { bytesText, durationText, rateText } from './terminal/text.ts';

const longestList = 6;

function commandLines(commands: readonly PlannedCommand[], all: boolean): string[] {
  const lines = commands.map(({ host, line }) => `    ${host} # ${line}`);
  if (all || lines.length <= longestList) return lines;
  const shown = [
    ...lines.slice(0, 3),
    `    ${say('… {lines} more of the same kind (--all shows them)', { lines: lines.length - 4 })}`,
    ...lines.slice(-1),
  ];
  return shown;
}

function readLines(title: string, commands: readonly PlannedCommand[] = [], all: boolean): string[] {
  return commands.length === 0 ? [] : [`    ${title}`, ...commandLines(commands, all)];
}

function stepLines(step: PlannedStep, all: boolean): string[] {
  return [
    `${step.step.padEnd(11)} ${step.title}`,
    `    ${step.why}`,
    // Lines that the guide of the platform, or of a restore, does not show are the operator's to judge.
    ...(/^(inferred|Shadowtape, based on) /.test(step.source) ? [`    ${step.source}`] : []),
    ...(step.endangers === undefined
      ? []
      : [`    ${say('Warning: {endangers}', { endangers: step.endangers })}`]),
    ...(step.notes ?? []).map((note) => `    ${say('note: {note}', { note })}`),
    ...(step.leftOut === undefined ? [] : [`    ${say('skipped: {leftOut}', { leftOut: step.leftOut })}`]),
    ...(step.without === undefined ? [] : [`    ${told(step.without)}`]),
    ...(step.operator === undefined ? [] : [`    ${step.operator}`]),
    ...readLines(say('shadow held open from here on, where the host allows it:'), step.holds, all),
    ...readLines(say('read first:'), step.before, all),
    ...commandLines(step.commands, all),
    ...readLines(say('read afterwards:'), step.after, all),
    ...(step.runAs.length === 0 ? [] : [`    ${say('runs there, detached from the console, as:')}`]),
    ...step.runAs.map((line) => `      ${line}`),
    '',
  ];
}

function routeLine({ route, bytesPerSecond, seconds, notes, unmeasured }: RouteExpectation): string {
  const expected =
    bytesPerSecond === undefined || seconds === undefined
      ? []
      : [
          say('about {seconds} at {bytesPerSecond}', {
            seconds: durationText(seconds),
            bytesPerSecond: rateText(bytesPerSecond),
          }),
        ];
  const measuring = unmeasured ? [say('shadowtape check --rate measures it')] : [];
  return `    ${route.padEnd(8)} ${[...expected, ...notes, ...measuring].join('; ')}`;
}

function hashLines({ wholeHash }: Plan): string[] {
  if (!wholeHash) return [];
  const { bytesPerSecond, seconds, notes } = wholeHash;
  const expected =
    bytesPerSecond === undefined || seconds === undefined
      ? []
      : [
          say('about {seconds} at {bytesPerSecond}', {
            seconds: durationText(seconds),
            bytesPerSecond: rateText(bytesPerSecond),
          }),
        ];
  return [
    say('Hash of the whole proxy (verify.fingerprint: all):'),
    ...[...expected, ...notes].map((line) => `    ${line}`),
    '',
  ];
}

function missingLines({ nodes, missing = [] }: Plan): string[] {
  if (nodes !== 'any') return [];
  return [
    say(
      'nodes: any: the run continues without a primary node that cannot be reached, or whose GDS does not answer.',
    ),
    ...missing.flatMap(({ node, since, unchecked, gds }) => [
      gds === undefined
        ? say('! {node} has not answered since {since}. Not checked:', { node, since })
        : say('! GDS on {node} has not answered since {since} ({gds}). Not checked:', { node, since, gds }),
      ...unchecked.map((what) => `    ${told(what)}`),
    ]),
  ];
}

function headLine({ job, site, method, route, volume, bytes, restores }: Plan): string {
  const what = say('{volume}, {bytes}, method {method}, route {route}', {
    volume,
    bytes: bytesText(bytes),
    method,
    route,
  });
  if (!restores) return say('Job {job} of {site}: {what}', { job, site, what });
  const source = restores.from === 'tape' ? say('from tape') : say('from the parted proxy');
  return say('Restore of run {run} (data of {at}) {source}, job {job} of {site}: {what}', {
    run: restores.run,
    at: momentText(restores.at),
    source,
    job,
    site,
    what,
  });
}

const hoursLines = ({ dumpHours }: Plan): string[] =>
  dumpHours
    ? [
        `    ${say('the dump reads at {hours} ({zone}) and is paused at other times, which are added', {
          ...dumpHours,
        })}`,
      ]
    : [];

/** @param all true: lists of similar commands (the fingerprint's) are also printed completely */
export function planLines(plan: Plan, all: boolean): string[] {
  return [
    headLine(plan),
    say('A plan changes nothing. Each line is sent as printed, unless the line below it says how it runs.'),
    ...(plan.outside ?? []).map(({ why }) => `! ${why}`),
    ...missingLines(plan),
    '',
    ...(plan.restores ? [] : [say('Expected duration of the dump:'), ...plan.routes.map(routeLine)]),
    ...hoursLines(plan),
    ...(plan.restores ? [] : ['']),
    ...hashLines(plan),
    ...plan.steps.flatMap((step) => stepLines(step, all)),
    say('State checks before and after the steps:'),
    ...commandLines(plan.looks, true),
  ];
}

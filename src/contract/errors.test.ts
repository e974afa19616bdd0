import { afterEach, describe, expect, it } from 'vitest';
import { errorTable, type ErrorEntry } from './error-table.ts';
import { copyErrors } from './error-table/copy-errors.ts';
import { hostErrors } from './error-table/host-errors.ts';
import { internalFaults } from './error-table/internal-faults.ts';
import { labErrors } from './error-table/lab-errors.ts';
import { restoreErrors } from './error-table/restore-errors.ts';
import { restoreFileErrors } from './error-table/restore-file-errors.ts';
import { runErrors } from './error-table/run-errors.ts';
import { signatureErrors } from './error-table/signature-errors.ts';
import { tapeErrors } from './error-table/tape-errors.ts';
import { userErrors } from './error-table/user-errors.ts';
import { failure, isFailure, ShadowtapeError, type ErrorCode } from './errors.ts';
import type { Language } from './text/catalogue.ts';
import { phrase, speak } from './text/say.ts';
import { withTimesIn } from './time/zoned-time.ts';

describe('the error table', () => {
  it('has no example that would be shown differently from how it is typed: times of sentences get a zone', () => {
    const texts = Object.values<ErrorEntry>(errorTable).flatMap(({ sentence, hint, onScreen = '' }) => [
      sentence,
      hint,
      onScreen,
    ]);
    expect(texts.filter((text) => withTimesIn(text, 'Europe/Berlin') !== text)).toEqual([]);
  });

  it('has a sentence and a hint for every code, and neither ends like a paragraph', () => {
    for (const [code, { sentence, hint }] of Object.entries(errorTable)) {
      expect(sentence, code).toMatch(/[^.\s]$/);
      expect(hint, code).toMatch(/[^.\s]$/);
    }
  });

  it('has each code in one of its parts alone', () => {
    const parts = [
      userErrors,
      hostErrors,
      restoreFileErrors,
      copyErrors,
      runErrors,
      restoreErrors,
      signatureErrors,
      tapeErrors,
      labErrors,
      internalFaults,
    ];
    const codes = parts.flatMap((part) => Object.keys(part));
    expect(codes.toSorted()).toEqual(Object.keys(errorTable).toSorted());
  });
});

/** Options and commands: no screen offers them. */
const ofCommandLine =
  /(?:^|[\s"(])--[a-z]|\bwith -o\b|\bshadowtape (?:--|[a-z-]+ (?:[A-Z{"]|--)|(?:approve|check|identify|locks|label|plan|report|restore|resume|rollback|run|runs|show|state|tapes|unlock|verify|where)\b)/;

/** Only commands end with them: no channel of a screen, no run and no look at the hosts does. */
const codesOfCommands: readonly ErrorCode[] = [
  'COPY_KEEP_UNREADABLE',
  'COPY_ONE_DRIVE',
  'COPY_ONTO_BACKUP',
  'COPY_STOPPED',
  'COPY_TAPES_MISCOUNTED',
  'COPY_TAPE_TOO_SHORT',
  'DRILL_IF_DUE_ALONE',
  'DRILL_NOTHING',
  'DRILL_UNNAMED',
  'LAB_PLATFORM_OTHER',
  'LANGUAGE_UNKNOWN',
  'NODE_NOT_DOWN',
  'NOTIFY_COMMAND_FAILED',
  'NOTIFY_MAIL_FAILED',
  'PLAN_OF_TWO',
  'PORT_UNUSABLE',
  'REMOVAL_NOT_CONFIRMED',
  'REPORT_FILE_THERE',
  'REPORT_ON_TERMINAL',
  'REPORT_UNREADABLE',
  'REPORT_UNWRITABLE',
  'RESTORE_AS_OF_UNUSED',
  'RESTORE_OPTION_MISFIT',
  'RESTORE_PLACE_UNNAMED',
  'RESTORE_TAPE_FILE_UNSUPPORTED',
  'RESTORE_UNNAMED',
  'RUN_MISSPELT',
  'RUN_NONE',
  'SCHEDULE_NOT_CONFIRMED',
  'STATE_ARCHIVE_FORBIDDEN',
  'STATE_ARCHIVE_TOO_LARGE',
  'STATE_ARCHIVE_UNREADABLE',
  'STATE_EMPTY',
  'STATE_RUN_OPEN',
  'TAPE_IMPORT_DIFFERS',
  'UNLOCK_NOT_CONFIRMED',
];

describe('a hint that is read on a screen', () => {
  const entries = Object.entries(errorTable) as [ErrorCode, ErrorEntry][];

  it('names no option and no command, but for errors that no screen meets', () => {
    const named = entries
      .filter(([, { hint, onScreen = hint }]) => ofCommandLine.test(onScreen))
      .map(([code]) => code);
    expect(named.toSorted()).toEqual(codesOfCommands);
  });

  /** What a remedy is filled with may name a command; a screen edits the list of known host keys itself. */
  const otherwiseOnScreen: readonly ErrorCode[] = [
    'CHECK_FAILED',
    'DRIVE_IN_USE',
    'HOST_KEY_CHANGED',
    'RUN_INTERRUPTED',
  ];

  it('is another one only where that of the command line names one, or asks for what a screen does itself', () => {
    const needless = entries.filter(
      ([, { hint, onScreen }]) => onScreen !== undefined && !ofCommandLine.test(hint),
    );
    expect(needless.map(([code]) => code).toSorted()).toEqual(otherwiseOnScreen);
  });

  it('has the same values filled in as that of the command line', () => {
    const error = failure('PART_NOT_PROVEN', { proxies: 'Volume2', run: 'r', class: 'Class1' });
    expect(error.hint).toContain('shadowtape rollback r --own-part');
    expect(error.onScreen).toContain('choose "This run parted Volume2: roll back"');
    expect(error.toInfo()).toMatchObject({ hint: error.hint, onScreen: error.onScreen });
  });
});

describe('an error of the table', () => {
  const error = failure(
    'JOB_UNKNOWN',
    { job: 'weekly', file: 'site.yaml', nearest: '', jobs: 'nightly' },
    { host: 'node1' },
  );

  it('has its values filled in, in sentence and hint', () => {
    expect(error.message).toBe('there is no job "weekly" in site.yaml');
    expect(error.hint).toBe('jobs of this site: nightly');
  });

  it('crosses a process boundary and comes back as it was', () => {
    const back = new ShadowtapeError(structuredClone(error.toInfo()));
    expect(back.toInfo()).toEqual(error.toInfo());
    expect(back.evidence).toEqual({ host: 'node1' });
  });

  it('is distinguished from others by its codes', () => {
    const other: ErrorCode = 'RUN_UNKNOWN';
    expect([
      isFailure(error),
      isFailure(error, 'JOB_UNKNOWN'),
      isFailure(error, other),
      isFailure(new Error('x')),
    ]).toEqual([true, true, false, false]);
  });
});

describe('an error in another language', () => {
  afterEach(() => speak(undefined));

  it('is shown in that language, and stored in English', () => {
    const texts = { '{file} has no job': 'w {file} nie ma zadań' } as unknown as Language['texts'];
    speak({ name: 'pl', texts });
    const error = failure('JOB_NONE', { file: 'site.yaml' });
    expect(error.translated.sentence).toBe('w site.yaml nie ma zadań');
    expect([error.message, error.toInfo().sentence]).toEqual([
      'site.yaml has no job',
      'site.yaml has no job',
    ]);
  });

  it('is reported with its reason, though it passes through another error', () => {
    const texts = { 'the session was closed': 'sesja została zamknięta' } as unknown as Language['texts'];
    speak({ name: 'pl', texts });
    const error = failure('CONNECTION_LOST', {
      host: 'node1',
      command: 'sdxinfo',
      reason: phrase('the session was closed'),
    });
    const outer = failure('SITE_FILE_UNREADABLE', { file: 'site.yaml', reason: error.message });
    expect(outer.translated.sentence).toContain('sesja została zamknięta');
    expect(outer.message).toMatch(/the session was closed$/);
  });
});

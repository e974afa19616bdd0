/** What a person has asked for that cannot be done, and files of this machine that cannot be used. Part of the error table (error-table.ts). */
export const userErrors = {
  // ---- site file ----
  SITE_FILE_MISSING: {
    sentence: 'there is no site file at {file}',
    hint: 'name it with --site FILE; without --site the embedded lab is used',
    onScreen: 'enter the path of a site file',
  },
  SITE_FILE_UNREADABLE: {
    sentence: 'the site file {file} cannot be read: {reason}',
    hint: 'make the file readable for the user who runs shadowtape',
  },
  SITE_FILE_NOT_YAML: {
    sentence: '{file} is not valid YAML: line {line}, column {column}: {reason}',
    hint: 'correct the line; indent with spaces, not with tabs',
  },
  SITE_FILE_TOO_LARGE: {
    sentence: '{file} is too large for a site file: {reason}',
    hint: 'check that it is the right file; split a site with very many jobs into several site files',
  },
  SITE_KEY_UNKNOWN: {
    sentence: '{file}: unknown key "{key}" in {path}',
    hint: '{nearest}keys allowed here: {allowed}',
  },
  SITE_VALUE_WRONG: {
    sentence: '{file}: {path}: {reason}',
    hint: 'see docs/site-file.md for every key and its values',
  },
  SITE_NAME_FORBIDDEN: {
    sentence: '{file}: {path}: "{name}" is not a name that GDS accepts',
    hint: 'a GDS name has 1 to 32 letters, digits, "-" and "_", and begins with a letter or a digit',
  },
  SITE_HOSTS_ALIKE: {
    sentence: '{file}: hosts {first} and {second} are the same machine ({address})',
    hint: 'declare each machine once; the backup server cannot be a primary node',
  },
  SITE_FILE_CHANGED: {
    sentence: 'the site file {file} has changed since it was read',
    hint: 'reload it, then make your changes again',
  },
  SITE_FILE_UNWRITABLE: {
    sentence: 'the site file {file} cannot be written: {reason}',
    hint: 'name a file in a folder that this user can write',
  },
  // ---- jobs ----
  JOB_UNKNOWN: {
    sentence: 'there is no job "{job}" in {file}',
    hint: '{nearest}jobs of this site: {jobs}',
  },
  JOB_NONE: {
    sentence: '{file} has no job',
    hint: 'add one under "jobs"; see docs/site-file.md',
  },
  JOB_NOT_CHOSEN: {
    sentence: '{file} has {count} jobs, and none was named',
    hint: 'name one: {jobs}',
  },
  SCHEDULE_MISSING: {
    sentence: '{file} has no schedule for {job}',
    hint: 'add it to the job: schedule: { at: "02:00", days: mon-fri, window: 6 hours }',
  },
  DRILL_NOT_SCHEDULED: {
    sentence: '{file} has no schedule for drills of {job}',
    hint: 'add it to the job: drill: { schedule: { at: "14:00", days: sat, window: 6 hours } }',
  },
  DRILL_NOTHING: {
    sentence: '{job} has no verified run whose tape is known to hold it',
    hint: 'run the job; shadowtape runs shows its runs, and shadowtape tapes which tapes were overwritten',
  },
  DIGEST_UNWANTED: {
    sentence: 'no entry under notify in the site file asks for the digest',
    hint: 'add an entry, such as notify: [{ on: [digest], mail: { to: [operator@example.com], from: shadowtape@example.com, host: mail.example.com } }]',
  },
  DIGEST_UNSENT: {
    sentence: 'the digest of the week of {week} did not reach everybody: {failures}',
    hint: 'correct notify in the site file, or what refuses the message, then run shadowtape digest --send; whoever has it already does not get it again',
    onScreen:
      'correct notify of the site, or what refuses the message, then send it again; whoever has it already does not get it again',
  },
  SCHEDULE_WOULD_ASK: {
    sentence: 'nothing was installed: run unattended, {jobs} would ask questions',
    hint: 'answer each question in the site file or on this machine; then install again',
  },
  SCHEDULE_NOT_CONFIRMED: {
    sentence: 'the schedule was not changed because nobody confirmed it',
    hint: 'confirm it on a terminal, or give --yes',
  },
  SCHEDULE_NOT_CHANGED: {
    sentence: 'the schedule was not changed: {command}: {reason}',
    hint: 'run the command by hand to see what is wrong',
  },
  TIME_LIMIT_UNKNOWN: {
    sentence: 'timeLimits names {name}, which is neither a step of the job nor a phase',
    hint: 'allowed there: {known}',
  },
  COMMAND_NEEDS_SHELL: {
    sentence: '"{command}" is not a plain command: {reason}',
    hint: 'put shell code into a script on the host, and name the script',
  },
  GDS_NAME_FORBIDDEN: {
    sentence: '"{name}" cannot be the name of a {what}',
    hint: 'a GDS name has 1 to {longest} letters, digits, "-" and "_", and begins with a letter or a digit',
  },
  GDS_DEVICE_FORBIDDEN: {
    sentence: '"{name}" cannot be the device name of a disk',
    hint: 'give the name without its path, as sdxinfo shows it under DEVNAM: letters, digits, ".", "_" and "-"',
  },
  GDS_LIST_EMPTY: {
    sentence: '{command}: no {what} is named',
    hint: 'without a name GDS acts on every object of the class, so at least one name must be given',
  },
  GDS_LIST_REPEATS: {
    sentence: '{command}: {what} {name} is named twice',
    hint: 'name each one once',
  },
  GDS_SIZE_FORBIDDEN: {
    sentence: '{command}: a volume cannot have {size} blocks',
    hint: 'give a whole number of 512-byte blocks, at least 1: the BLOCKS that sdxinfo -V shows for the original volume',
  },
  GDS_WIDTH_FORBIDDEN: {
    sentence: '{command}: a stripe cannot be {width} blocks wide',
    hint: 'give a whole number of 512-byte blocks, at least 1: the stripe width that the group was created with',
  },
  FINGERPRINT_ALL_IMPOSSIBLE: {
    sentence: 'verify.fingerprint: {reason}',
    hint: 'run the job by method 6a and with a digest, or set verify.fingerprint to a number',
  },
  LIMIT_NEEDS_CONSOLE: {
    sentence: 'limit: the rate of a dump on route server cannot be limited',
    hint: 'run the job by route console, or leave out limit',
  },
  DUMP_HOURS_NEED_CONSOLE: {
    sentence: 'dumpHours: a dump on route server cannot be paused',
    hint: 'run the job by route console, or leave out dumpHours',
  },
  READ_ERRORS_NOT_PASSED: {
    sentence: 'onReadError: {reason}',
    hint: 'run the job by method 6a and route console, or set onReadError: fail',
  },
  ROUTE_SERVER_ELSEWHERE: {
    sentence: 'route server writes on the backup server, and the drive is on {host}, not on {backupServer}',
    hint: 'use route console, or a drive on the backup server',
  },
  METHOD_NOT_ON_PLATFORM: {
    sentence: 'method {method} backs up a {fileSystem} file system, which {platform} does not have',
    hint: 'use 6a (the raw device, dd), 6b (ext3, tar) or 6c (ext3, dump)',
  },
  METHOD_NOT_FOR_FILE_SYSTEM: {
    sentence: '{reason}',
    hint: 'use a method that fits, or correct fileSystem in the job; GDS guide 6.6.3.7, step 6',
  },
  NODE_UNKNOWN: {
    sentence: '{node} is not a primary node of this site',
    hint: 'primary nodes: {nodes}',
  },
  TAPE_NAME_FORBIDDEN: {
    sentence: '"{name}" cannot be the name of a tape',
    hint: 'a name has 1 to 32 letters, digits, "_", "." and "-", and begins with a letter or a digit; "data" means a tape without a label',
  },
  TAPE_LABEL_TOO_LONG: {
    sentence: 'the {kind} of the tape has {length} bytes; the limit is {limit}',
    hint: 'give the site a shorter name',
  },
  // ---- pages, command line, search ----
  CONFIG_UNREADABLE: {
    sentence: 'the configuration file {file} cannot be read: {reason}',
    hint: 'make it readable for this user, or name another one with SHADOWTAPE_CONFIG; put SHADOWTAPE_CONFIG= before a command to use none',
  },
  CONFIG_NOT_YAML: {
    sentence: '{file} is not valid YAML: line {line}, column {column}: {reason}',
    hint: 'correct the line; put SHADOWTAPE_CONFIG= before a command to run it without this file',
  },
  CONFIG_KEY_UNKNOWN: {
    sentence: '{file}: unknown key "{key}"',
    hint: '{nearest}keys allowed here: {allowed}',
  },
  CONFIG_VALUE_WRONG: {
    sentence: '{file}: {key} must be {expected}',
    hint: 'correct it; put SHADOWTAPE_CONFIG= before a command to run it without this file',
  },
  LANGUAGE_UNKNOWN: {
    sentence: 'there are no texts in the language "{language}"',
    hint: 'choose one of these languages with --lang or SHADOWTAPE_LANG: {known}',
  },
  SITE_IN_USE: {
    sentence: 'the site stays open: {what}',
    hint: 'wait until it ends, or stop it; then open the other site',
  },
  REQUEST_REFUSED: {
    sentence: 'request "{channel}" refused: {reason}',
    hint: 'only the pages of shadowtape may send requests to the console',
  },
  PAGE_MISSING: {
    sentence: 'the pages of the console are not built',
    hint: 'run npm run build, or use npm start, which builds them',
  },
  PORT_UNUSABLE: {
    sentence: 'cannot listen on port {port} of this machine: {reason}',
    hint: 'leave out --port to use any free port, or choose another one',
  },
  OUTPUT_UNWRITABLE: {
    sentence: 'the output could not be written: {reason}',
    hint: 'the command itself is complete; free some space before you repeat it for its output',
  },
  SEARCH_UNREADABLE: {
    sentence: 'the search cannot be read at character {at}: {reason}',
    hint: 'put terms with a space or a colon in quotes',
  },
  FILE_UNNAMED: {
    sentence: '"{text}" is not the name of a file',
    hint: 'use a base name, a path as in the archive, or a pattern. * and ? match anything but a slash, ** matches anything',
  },
  // ---- journals, reports and the rest of the state folder ----
  STATE_FOLDER_UNUSABLE: {
    sentence: 'the state folder {folder} cannot be used: {reason}',
    hint: 'journals and known hosts are kept there; name a folder that this user can write with --state DIR',
    onScreen: 'journals and known hosts are kept there; make it writable for the user who runs Shadowtape',
  },
  JOURNAL_UNWRITABLE: {
    sentence: 'the journal {file} cannot be written: {reason}',
    hint: 'free some space, or keep the state elsewhere with --state DIR; Shadowtape does not run without a journal',
    onScreen: 'free some space in the state folder; Shadowtape does not run without a journal',
  },
  JOURNAL_END_UNWRITABLE: {
    sentence: 'the end of the journal {file} could not be written',
    hint: 'free some space before the next run; the history shows this run without its end',
  },
  JOURNAL_EXISTS: {
    sentence: 'the journal {file} already exists',
    hint: 'a journal is never overwritten; start the run again',
  },
  CATALOGUE_UNWRITABLE: {
    sentence: 'the file list {file} cannot be written: {reason}',
    hint: 'free some space, or keep the state elsewhere with --state DIR; then start the run again',
    onScreen: 'free some space in the state folder, then start the run again',
  },
  JOURNAL_BROKEN: {
    sentence: '{file}, line {line}: {reason}',
    hint: 'a line was changed, removed or added, by somebody or by a disk fault; trust nothing from this line on',
  },
  RUN_UNKNOWN: {
    sentence: 'there is no run {run}',
    hint: 'shadowtape runs lists the runs; name another state folder with --state DIR',
    onScreen: 'the history lists the runs',
  },
  RUN_MISSPELT: {
    sentence: 'there is no run {run}',
    hint: 'did you mean {nearest}? shadowtape runs lists the runs; name another state folder with --state DIR',
  },
  RUN_NAME_AMBIGUOUS: {
    sentence: '{count} runs begin with {word}',
    hint: 'type more of the name: {names}',
  },
  RUN_NONE: {
    sentence: 'there are no runs yet in {folder}',
    hint: 'name another state folder with --state DIR, or start a run with shadowtape run',
  },
  RUN_HAS_NO_TAPE: {
    sentence: 'run {run} wrote no tape that could be compared',
    hint: 'shadowtape show {run} shows how far it got',
    onScreen: 'the Run screen shows how far it got',
  },
  RUN_HAS_NO_DIGEST: {
    sentence: 'run {run} took no digest of {volume} (verify.digest: none), so its tape cannot be compared',
    hint: 'shadowtape identify shows what is on the tape; set verify.digest to sha256 in the job for the next run',
    onScreen:
      'identify the tape to see what is on it; set verify.digest to sha256 in the job for the next run',
  },
  REPORT_FILE_THERE: {
    sentence: '{file} already exists',
    hint: 'choose another name with -o, or replace it with --force',
  },
  REPORT_ON_TERMINAL: {
    sentence: 'a PDF cannot be shown on a terminal',
    hint: 'name a file with -o, or redirect the output to a file or a pipe',
  },
  REPORT_UNWRITABLE: {
    sentence: '{file} cannot be written: {reason}',
    hint: 'with -o, name a file in a folder that this user can write and that has space; the journal keeps everything',
  },
  PACKED_FILE_DAMAGED: {
    sentence: '{file} cannot be unpacked: {reason}',
    hint: 'the file is damaged; restore it from a copy of the state folder (shadowtape state import)',
    onScreen: 'the file is damaged; restore it from a copy of the state folder',
  },
  SEALS_UNWRITABLE: {
    sentence: 'the list of seals {file} cannot be written: {reason}',
    hint: 'the journal itself is complete, but its last line is not proven; free some space, or keep the state elsewhere with --state DIR',
    onScreen:
      'the journal itself is complete, but its last line is not proven; free some space in the state folder',
  },
  STATE_FILE_UNREADABLE: {
    sentence: '{file} cannot be read: {reason}',
    hint: 'a state folder belongs to the user who runs shadowtape: run as that user, or name another folder with --state DIR',
    onScreen: 'a state folder belongs to the user who runs Shadowtape: start it as that user',
  },
  STATE_FILE_UNWRITABLE: {
    sentence: '{file} cannot be written: {reason}',
    hint: 'name a folder that this user can write and that has space',
  },
  STATE_EMPTY: {
    sentence: 'there is nothing to export in {folder}',
    hint: 'name the state folder with --state DIR; the lab, the index and records of restores are not exported',
  },
  STATE_STOPPED: {
    sentence: 'stopped before the end: {what}',
    hint: 'repeat the command to finish',
  },
  STATE_FILE_THERE: {
    sentence: '{file} already exists',
    hint: 'choose another name, or move that file: nothing is overwritten',
  },
  STATE_RUN_LIVE: {
    sentence: 'run {run} of this state folder is running, in process {process} on {host}, since {since}',
    hint: 'wait until it ends; if that process has certainly ended, remove {file}',
  },
  STATE_RUN_OPEN: {
    sentence: 'run {run} {how}: without its journal it can be neither resumed nor rolled back',
    hint: 'resume, roll back or discard it first: shadowtape resume {run}, shadowtape rollback {run}, or shadowtape unlock {class} --discard {run}',
  },
  TAPE_JOURNAL_TOO_LONG: {
    sentence: 'the journal in the manifest of the tape unpacks into more than {limit}',
    hint: 'Shadowtape does not write such a manifest: the tape was written by another program, or changed',
  },
  STATE_ARCHIVE_TOO_LARGE: {
    sentence: '{file} unpacks into more than {limit}',
    hint: 'nothing was imported; name a file that shadowtape state export wrote',
  },
  STATE_ARCHIVE_UNREADABLE: {
    sentence: '{file} cannot be read as an archive of a state folder: {reason}',
    hint: 'name a file that shadowtape state export wrote',
  },
  STATE_ARCHIVE_FORBIDDEN: {
    sentence: '{file} has an entry that no state folder has: "{entry}"',
    hint: 'nothing was imported; name a file that shadowtape state export wrote',
  },
  AGE_NOT_UNDERSTOOD: {
    sentence: '"{age}" is not a length of time',
    hint: 'use a number of days, weeks or years, such as "90 days"',
  },
  RUN_NOT_ENDED: {
    sentence: 'run {run} has not ended',
    hint: 'only a run that has ended can be {what}; resume it or roll it back first',
  },
  REMOVAL_NOT_CONFIRMED: {
    sentence: 'run {run} was not removed because nobody confirmed it',
    hint: 'type the name of the run when asked; without a terminal use --yes-remove {run}',
  },
  REPORT_UNREADABLE: {
    sentence: 'the report {file} cannot be read: {reason}',
    hint: 'name a PDF that shadowtape report wrote',
  },
  TAPE_IMPORT_DIFFERS: {
    sentence: 'the journal of run {run} on the tape "{tape}" cannot be trusted: {reason}',
    hint: 'the tape itself may be good: compare it with shadowtape verify on the console that wrote it',
  },
  TAPES_PASSED_OVER: {
    sentence: '{unread} of {all} tapes could not be imported',
    hint: 'the other tapes were imported; the errors are shown above. Clean the drive, then import these again',
  },
  TAPES_UNWRITABLE: {
    sentence: 'the tape inventory {file} cannot be written: {reason}',
    hint: 'the tape itself is written; add it later with shadowtape identify. Free some space, or keep the state elsewhere with --state DIR',
    onScreen: 'the tape itself is written. Free some space in the state folder, then identify the tape',
  },
  TAPES_UNREADABLE: {
    sentence: 'the tape inventory {file} cannot be read: {reason}',
    hint: 'make it readable for the user who runs shadowtape',
  },
  // ---- notifications ----
  NOTIFY_COMMAND_FAILED: {
    sentence: 'the notification command {command} {how}',
    hint: 'run it by hand with the message on standard input and SHADOWTAPE_… in the environment; shadowtape check --notify tests it',
  },
  NOTIFY_MAIL_FAILED: {
    sentence: 'the mail to {to} over {host}, port {port}, was not sent: {reason}',
    hint: 'check host, port, secure and user of the mail in the site file. Name your own certificate authority with NODE_EXTRA_CA_CERTS. shadowtape check --notify tests it',
  },
  NOTIFY_PASSWORD_UNUSABLE: {
    sentence: 'the password file {file} cannot be used: {reason}',
    hint: 'it must have the password on its first line, belong to the user who runs shadowtape, and have mode 0600',
  },
} as const;

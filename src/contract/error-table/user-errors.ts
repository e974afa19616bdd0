/** What a person has asked for that cannot be done, and files of this machine that cannot be used. Part of the error table (error-table.ts). */
export const userErrors = {
  // ---- site file ----
  SITE_FILE_MISSING: {
    sentence: 'there is no site file at {file}',
    hint: 'give its path with --site FILE; without --site the embedded lab is used',
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
    hint: 'check that it is the right file; divide a site with very many jobs into several site files',
  },
  SITE_KEY_UNKNOWN: {
    sentence: '{file}: unknown key "{key}" in {path}',
    hint: 'keys allowed here: {allowed}',
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
    hint: 'name each machine once; the backup server is never a primary node',
  },
  SITE_FILE_CHANGED: {
    sentence:
      'the site file {file} is not as it was when it was read: somebody else has written it, or made it',
    hint: 'read it again, and make your changes in its present text',
  },
  SITE_FILE_UNWRITABLE: {
    sentence: 'the site file {file} cannot be written: {reason}',
    hint: 'name a file in a folder that this user can write',
  },
  // ---- jobs ----
  JOB_UNKNOWN: {
    sentence: 'there is no job "{job}" in {file}',
    hint: 'jobs of this site: {jobs}',
  },
  JOB_NONE: {
    sentence: '{file} has no job',
    hint: 'add one under "jobs"; see docs/site-file.md',
  },
  JOB_NOT_CHOSEN: {
    sentence: '{file} has {count} jobs, and none was named',
    hint: 'name one: {jobs}',
  },
  TIME_LIMIT_UNKNOWN: {
    sentence: 'timeLimits names {name}, which is no step of the job and no phase',
    hint: 'allowed there: {known}',
  },
  COMMAND_NEEDS_SHELL: {
    sentence: '"{command}" is not a plain command: {reason}',
    hint: 'put what needs a shell into a script on the host, and name the script',
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
    hint: 'give a whole number of 512-byte blocks, at least 1: the stripe width that the group was made with',
  },
  FINGERPRINT_ALL_IMPOSSIBLE: {
    sentence: 'verify.fingerprint: {reason}',
    hint: 'run the job by method 6a and with a digest, or set verify.fingerprint to a number',
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
    sentence: 'the {kind} of the tape has {length} bytes, and {limit} is the most',
    hint: 'give the site a shorter name',
  },
  // ---- pages, command line, search ----
  SITE_IN_USE: {
    sentence: 'the site stays open: {what}',
    hint: 'wait until that has ended, or stop it; then open the other site',
  },
  REQUEST_REFUSED: {
    sentence: 'the request "{channel}" is refused: {reason}',
    hint: 'only the pages of shadowtape itself may ask the console',
  },
  PAGE_MISSING: {
    sentence: 'the pages of the console are not built',
    hint: 'build them with npm run build, or start with npm start, which does it',
  },
  PORT_UNUSABLE: {
    sentence: 'port {port} of this machine cannot be listened on: {reason}',
    hint: 'leave --port out for any that is free, or name another one',
  },
  OUTPUT_UNWRITABLE: {
    sentence: 'the output could not be written: {reason}',
    hint: 'what was done is done; free space before the command is run again for its output',
  },
  SEARCH_UNREADABLE: {
    sentence: 'the search cannot be read at character {at}: {reason}',
    hint: 'words are looked for everywhere; what holds a space or a colon goes between quotes',
  },
  FILE_UNNAMED: {
    sentence: '"{text}" names no file',
    hint: 'give a base name, a path as it is in the archive, or a pattern: * and ? match anything but a slash, ** matches anything',
  },
  // ---- journals, reports and the rest of the state folder ----
  STATE_FOLDER_UNUSABLE: {
    sentence: 'the state folder {folder} cannot be used: {reason}',
    hint: 'journals and known hosts live there; name a folder that this user can write with --state DIR',
  },
  JOURNAL_UNWRITABLE: {
    sentence: 'the journal {file} cannot be written: {reason}',
    hint: 'make room, or keep the state elsewhere with --state DIR; Shadowtape does not run without a journal',
  },
  JOURNAL_EXISTS: {
    sentence: 'the journal {file} already exists',
    hint: 'a journal is never written twice; start the run again',
  },
  CATALOGUE_UNWRITABLE: {
    sentence: 'the list of what the archive holds, {file}, cannot be written: {reason}',
    hint: 'make room, or keep the state elsewhere with --state DIR; the run is started again from the beginning',
  },
  JOURNAL_BROKEN: {
    sentence: '{file}, line {line}: {reason}',
    hint: 'somebody changed, removed or added a line, or the disk did; trust nothing from this line on',
  },
  RUN_UNKNOWN: {
    sentence: 'there is no run {run}',
    hint: 'shadowtape runs lists them; journals of another place are found with --state DIR',
  },
  RUN_HAS_NO_TAPE: {
    sentence: 'run {run} has not written a tape that could be compared',
    hint: 'shadowtape show {run} tells how far it came',
  },
  RUN_HAS_NO_DIGEST: {
    sentence:
      'run {run} took no digest of {volume} (verify.digest: none), so that its tape can be read, but not compared',
    hint: 'shadowtape identify shows what is on the tape; set verify.digest to sha256 in the job for the next run',
  },
  REPORT_FILE_THERE: {
    sentence: '{file} already exists',
    hint: 'give another name with -o, or --force to replace it',
  },
  REPORT_UNWRITABLE: {
    sentence: '{file} cannot be written: {reason}',
    hint: 'name a file with -o in a folder that this user can write, with room in it; what a run did stays in its journal',
  },
  PACKED_FILE_DAMAGED: {
    sentence: '{file} cannot be unpacked: {reason}',
    hint: 'the disk, or somebody, has damaged it; take it from a copy of the state folder (shadowtape state import)',
  },
  SEALS_UNWRITABLE: {
    sentence: 'the list of seals {file} cannot be written: {reason}',
    hint: 'the journal itself is whole, but nothing proves its last line; make room, or keep the state elsewhere with --state DIR',
  },
  STATE_FILE_UNREADABLE: {
    sentence: '{file} cannot be read: {reason}',
    hint: 'a state folder belongs to the user who runs shadowtape: be that one, or name another folder with --state DIR',
  },
  STATE_FILE_UNWRITABLE: {
    sentence: '{file} cannot be written: {reason}',
    hint: 'name a folder that this user can write, with room in it',
  },
  STATE_EMPTY: {
    sentence: 'there is nothing to export in {folder}',
    hint: 'name the state folder with --state DIR; the lab and the index are not exported',
  },
  STATE_STOPPED: {
    sentence: 'stopped before the end: {what}',
    hint: 'give the command once more to do all of it',
  },
  STATE_FILE_THERE: {
    sentence: '{file} already exists',
    hint: 'give another name, or move that file away: nothing is overwritten',
  },
  STATE_RUN_LIVE: {
    sentence: 'run {run} of this state folder is running, in process {process} on {host}, since {since}',
    hint: 'wait until it has ended; where that process surely no longer lives, remove {file}',
  },
  TAPE_JOURNAL_TOO_LONG: {
    sentence: 'the journal in the manifest of the tape unpacks into more than {limit}',
    hint: 'Shadowtape writes no manifest like it: the tape was written by another program, or changed',
  },
  STATE_ARCHIVE_TOO_LARGE: {
    sentence: '{file} unpacks into more than {limit}',
    hint: 'nothing was taken from it; name a file that shadowtape state export has written',
  },
  STATE_ARCHIVE_UNREADABLE: {
    sentence: '{file} cannot be read as an archive of a state folder: {reason}',
    hint: 'name a file that shadowtape state export has written',
  },
  STATE_ARCHIVE_FORBIDDEN: {
    sentence: '{file} has an entry that no state folder has: "{entry}"',
    hint: 'nothing was taken from it; name a file that shadowtape state export has written',
  },
  AGE_NOT_UNDERSTOOD: {
    sentence: '"{age}" is not a length of time',
    hint: 'give a number of days, weeks or years, such as "90 days"',
  },
  RUN_NOT_ENDED: {
    sentence: 'run {run} has not ended',
    hint: 'only a run that has ended can be {what}; resume it or roll it back first',
  },
  REMOVAL_NOT_CONFIRMED: {
    sentence: 'run {run} was not removed, since nobody confirmed it',
    hint: 'type the name of the run where it is asked for; without a terminal give --yes-remove {run}',
  },
  REPORT_UNREADABLE: {
    sentence: 'the report {file} cannot be read: {reason}',
    hint: 'name a PDF that shadowtape report has written',
  },
  TAPE_IMPORT_DIFFERS: {
    sentence: 'the journal of run {run} on the tape "{tape}" cannot be trusted: {reason}',
    hint: 'the tape itself may be whole: compare it with shadowtape verify on the console that wrote it',
  },
  TAPES_PASSED_OVER: {
    sentence: '{unread} of {all} tapes could not be imported',
    hint: 'the others were; what is wrong with these is said above: clean the drive, and import them again',
  },
  TAPES_UNWRITABLE: {
    sentence: 'the list of tapes {file} cannot be written: {reason}',
    hint: 'what was done to the tape remains, and identify adds it to the list later; make room, or keep the state elsewhere with --state DIR',
  },
  TAPES_UNREADABLE: {
    sentence: 'the list of tapes {file} cannot be read: {reason}',
    hint: 'make it readable for the user who runs shadowtape',
  },
  // ---- signatures ----
  SIGNERS_UNREADABLE: {
    sentence: 'the file of allowed signers {file} cannot be read: {reason}',
    hint: 'a line of it is PRINCIPAL KEYTYPE KEY, as ssh-keygen(1) has it under ALLOWED SIGNERS',
  },
  SIGN_KEY_MISSING: {
    sentence: 'there is no key to sign with',
    hint: 'name one with --key FILE or sign.key in the site file, or load one into an ssh agent with ssh-add',
  },
  SIGN_KEY_UNUSABLE: {
    sentence: 'nothing can be signed with {key}: {reason}',
    hint: 'use an ed25519, ecdsa or rsa key of OpenSSH; a key in an ssh agent is named by its public key file',
  },
  // ---- notifications ----
  NOTIFY_COMMAND_FAILED: {
    sentence: 'the notification command {command} {how}',
    hint: 'run it by hand: the message is on its standard input, facts are in SHADOWTAPE_… of its environment; shadowtape check --notify tries it',
  },
  NOTIFY_MAIL_FAILED: {
    sentence: 'the mail to {to} over {host}, port {port}, was not sent: {reason}',
    hint: 'check host, port, secure and user of the mail in the site file; a certificate authority of your own is named with NODE_EXTRA_CA_CERTS; shadowtape check --notify tries it',
  },
  NOTIFY_PASSWORD_UNUSABLE: {
    sentence: 'the password file {file} cannot be used: {reason}',
    hint: 'it holds the password on its first line, belongs to the user who runs shadowtape, and has mode 0600 (chmod 600)',
  },
} as const;

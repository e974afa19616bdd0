/**
 * The error table: every refusal and failure that Shadowtape knows, in one place.
 *
 * A code is stable, for scripts; the sentence says what is wrong, the hint what to do. `{name}` in either is filled from the
 * values of the call (errors.ts).
 */

interface ErrorEntry {
  readonly sentence: string;
  readonly hint: string;
}

export const errorTable = {
  STATE_FOLDER_UNUSABLE: {
    sentence: 'the state folder {folder} cannot be used: {reason}',
    hint: 'journals and known hosts are kept there; name a folder that this user can write with --state DIR',
  },
  // ---- usage and site file -------------------------------------------------------------------------------------
  SITE_FILE_MISSING: {
    sentence: 'there is no site file at {file}',
    hint: 'name it with --site FILE; without --site the embedded lab is used',
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
    sentence: 'timeLimits names {name}, which is neither a step of the job nor a phase',
    hint: 'allowed there: {known}',
  },
  COMMAND_NEEDS_SHELL: {
    sentence: '"{command}" is not a plain command: {reason}',
    hint: 'put shell code into a script on the host, and name the script',
  },
  // ---- GDS: names, command lines, sdxinfo ------------------------------------------------------------------------
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
  SHADOW_UNBUILDABLE: {
    sentence: 'cannot create a shadow of {volume}: {title}: expected {expected}, seen {actual}',
    hint: '{rule}; back up this volume on the cluster',
  },
  SHADOW_STRIPE_WIDTH_UNKNOWN: {
    sentence: 'sdxinfo does not show the stripe width of {group}',
    hint: 'set shadow.stripeWidth of the job to the stripe width of the group, in blocks of 512 bytes. A shadow with another stripe width shows other blocks',
  },
  SHADOW_STRIPE_WIDTH_DIFFERS: {
    sentence: 'the stripes of {group} are {shown} blocks wide, but the job says {named}',
    hint: 'correct shadow.stripeWidth of the job, or remove it: sdxinfo shows the width of this group',
  },
  SHADOW_NAME_TAKEN: {
    sentence: 'the shadow of {object} cannot be called {name}: another object of the shadow has that name',
    hint: 'change or remove its name under shadow of the job',
  },
  SHADOW_DEVICE_UNKNOWN: {
    sentence: 'the device of {disk} on the backup server is not known',
    hint: 'add it with its device to shadow.disks of the job',
  },
  SDXINFO_UNREADABLE: {
    sentence: 'sdxinfo: line {number} cannot be read: {reason}: "{line}"',
    hint: 'compare it with what the command prints on the host',
  },
  SDXINFO_COLUMN_MISSING: {
    sentence: 'sdxinfo: the {table} table has no column {column}',
    hint: 'the columns shown are {columns}; this release of GDS may print an unknown format',
  },
  SDXINFO_FAILED: {
    sentence: 'sdxinfo reports an error: {text}',
    hint: 'look up the message in the GDS manual and in /var/opt/FJSVsdx/msglog/sdxservd.log on the host',
  },
  SDXINFO_FAILED_ON: {
    sentence: '{host}: sdxinfo failed: {text}',
    hint: 'look up the message in the GDS manual and in /var/opt/FJSVsdx/msglog/sdxservd.log on {host}',
  },
  SDXINFO_FAILED_ON_BACKUP: {
    sentence: '{host}: sdxinfo failed: {text}',
    hint: 'if this line means "no GDS object" on {host}, copy it to gds.noObjectsMessage of the site file. Otherwise check /var/opt/FJSVsdx/msglog/sdxservd.log on {host}',
  },
  SDXINFO_INCOMPLETE: {
    sentence: 'the output of sdxinfo is incomplete: {reason}',
    hint: 'run sdxinfo on the host by hand; if it prints all rows, run again',
  },
  SDXINFO_CONTRADICTS: {
    sentence: 'sdxinfo shows {object} with {column} {first} and with {column} {second}',
    hint: 'the state changed between two queries: run the command again',
  },

  UNEXPECTED: {
    sentence: 'likely a bug in shadowtape: {sentence}',
    hint: 'report it with the journal of the run',
  },
  REQUEST_REFUSED: {
    sentence: 'request "{channel}" refused: {reason}',
    hint: 'only the pages of shadowtape may send requests to the console',
  },
  RUN_NOT_LIVE: {
    sentence: 'run {run} is not running in this console',
    hint: 'it has ended, or another process runs it: check with shadowtape runs and shadowtape locks',
  },
  RUN_IS_LIVE: {
    sentence: 'run {run} is running in this console',
    hint: 'wait until it ends, or stop it; it needs no resume',
  },
  QUESTION_OVER: {
    sentence: 'the question was answered, or the run continued without it',
    hint: 'open the run; if it asks another question, answer that one',
  },
  DRIVE_IN_USE: {
    sentence: 'the drive {device} on {host} is in use: {user}',
    hint: 'wait until it ends; {remedy}',
  },
  SITE_IN_USE: {
    sentence: 'the site stays open: {what}',
    hint: 'wait until it ends, or stop it; then open the other site',
  },
  SITE_FILE_CHANGED: {
    sentence: 'the site file {file} has changed since it was read',
    hint: 'reload it, then make your changes again',
  },
  SITE_FILE_UNWRITABLE: {
    sentence: 'the site file {file} cannot be written: {reason}',
    hint: 'name a file in a folder that this user can write',
  },
  HOST_NO_ANSWER_YET: {
    sentence: 'no login on {host} within {seconds} seconds',
    hint: 'Shadowtape keeps trying and shows the host when the login succeeds. If a login question is open, answer it',
  },
  PAGE_MISSING: {
    sentence: 'the pages of the console are not built',
    hint: 'run npm run build, or use npm start, which builds them',
  },
  PORT_UNUSABLE: {
    sentence: 'cannot listen on port {port} of this machine: {reason}',
    hint: 'leave out --port to use any free port, or choose another one',
  },
  // ---- procedure -----------------------------------------------------------------------------------------------
  CHECK_FAILED: {
    sentence: 'step {step}: {title}: expected {expected}, seen {actual}',
    hint: '{remedy}',
  },
  SHADOW_DIFFERS: {
    sentence: 'the shadow is not proven to map {proxy}: {title}: expected {expected}, seen {actual}',
    hint: '{remedy}',
  },
  SHADOW_CHANGED: {
    sentence:
      'step {step}: the shadow of {proxy} changed after its verification: {title}: expected {expected}, seen {actual}',
    hint: '{remedy}',
  },
  SHADOW_NOT_HELD: {
    sentence:
      'step {step}: the shadow of {proxy} cannot be held open, so the dump cannot be proven to be of this shadow: {reason}',
    hint: 'find out why sh on the backup server cannot keep the device file open. Or set `verify.unheld: allow` in the job, and make sure that nobody else works on the shadow class during the run',
  },
  DUMP_DIFFERS: {
    sentence:
      'step {step}: the data on tape is not that of {proxy}: {count} of {total} sampled records differ from the cluster, the first is record {first}',
    hint: 'the shadow was rebuilt or written to during the dump; find out who else works on the shadow class on the backup server; the tape of this run is not a backup',
  },
  PROXY_DIFFERS: {
    sentence:
      'step {step}: the data on tape is not that of {proxy}: {what} of the whole proxy on {host} is {actual}, that of the dump {expected}',
    hint: 'the shadow was rebuilt or written to during the dump, or the proxy was written to on the cluster. Do not trust this tape. Find out who else works on them, then run again',
  },
  PROXY_NOT_HASHED: {
    sentence: 'step {step}: {proxy} was not hashed completely on {host}: {reason}',
    hint: 'the tape matches the shadow, but was not compared with the whole proxy (verify.fingerprint: all). Run again when {host} can read {proxy}',
  },
  PROXY_NOT_COMPARED: {
    sentence:
      'the job asks for verify.fingerprint: all, and the journal does not show that the whole proxy was compared',
    hint: 'the proxy is joined again and no longer has the dumped data: run again',
  },
  FINGERPRINT_ALL_IMPOSSIBLE: {
    sentence: 'verify.fingerprint: {reason}',
    hint: 'run the job by method 6a and with a digest, or set verify.fingerprint to a number',
  },
  BASELINE_DIFFERS: {
    sentence:
      'step {step}: the shadow of {proxy} changed during the dump: {count} of {total} sampled records differ, the first is record {first}',
    hint: 'the shadow was rebuilt or written to during the dump; find out who else works on the shadow class on the backup server; the tape of this run is not a backup',
  },
  SNAPSHOT_CHANGED: {
    sentence:
      'step {step}: the shadow of {proxy} changed since it was verified: {count} of {total} sampled records differ, the first is record {first}',
    hint: 'the proxy was rejoined and parted again, or the shadow was rebuilt or written to; find out who else works on the cluster and on the backup server',
  },
  FINGERPRINT_DIFFERS: {
    sentence:
      'the shadow does not map the blocks of {proxy}: {count} of {total} sampled records differ, the first is record {first}',
    hint: 'the device of the shadow disk is not the disk that sdxinfo shows; compare the serial numbers of the device on both sides',
  },
  FINGERPRINT_SHORT: {
    sentence: '{host} returned {actual} bytes of record {record} of {device}, which has {expected}',
    hint: 'the volume is smaller than sdxinfo shows, or it is another volume; check both sides with sdxinfo -V',
  },
  COMMAND_FAILED: {
    sentence: '{host}: {command} {how}',
    hint: 'check its output and the man page of the command',
  },
  FILE_SYSTEM_NOT_CLEAN: {
    sentence: '{host}: {device} needs a repair that fsck was not allowed to make: {said}',
    hint: 'it was mounted at the part: add umount to services.stop of the job, or let fsck repair the copy with fsck.answerYes: true',
  },
  COMMAND_NOT_FOUND: {
    sentence: '{host} has no command {name}',
    hint: 'install it, or set PATH for non-interactive shells (on Solaris PATH in /etc/default/login, or ~/.ssh/environment)',
  },
  SDXINFO_MISSING: {
    sentence: '{host} has no command sdxinfo',
    hint: 'install GDS there, or set PATH for non-interactive shells; the backup server needs GDS and GDS Snapshot',
  },
  SDX_ERROR_PRINTED: {
    sentence: '{host}: {command} ended with exit status 0, but printed an error: {printed}',
    hint: 'look up the message in the GDS manual',
  },
  JOB_DISKS_DIFFER: {
    sentence: '{proxy} is on {actual}, but the job names {named} for its shadow',
    hint: 'name each disk of the group in jobs.{job}.shadow.disks, with its device on the backup server',
  },
  VOLUME_MISSING: {
    sentence: '{host} shows no volume {volume} in {class}',
    hint: 'compare the names in the site file with what sdxinfo -V shows on {host}',
  },
  VOLUME_SIZE_UNKNOWN: {
    sentence: '{host} does not show the number of blocks of {volume}',
    hint: 'check BLOCKS of {volume} with sdxinfo -V on {host}; the shadow must have the same size',
  },
  ROUTE_SERVER_ELSEWHERE: {
    sentence: 'route server writes on the backup server, and the drive is on {host}, not on {backupServer}',
    hint: 'use route console, or a drive on the backup server',
  },
  TOOLS_MISSING: {
    sentence: '{host} has no {tools}, which route server needs',
    hint: 'install it, set PATH for non-interactive shells, set verify.digest: cksum or none in the job, or use route console',
  },
  METHOD_NOT_ON_PLATFORM: {
    sentence: 'method {method} backs up a {fileSystem} file system, which {platform} does not have',
    hint: 'use 6a (the raw device, dd), 6b (ext3, tar) or 6c (ext3, dump)',
  },
  METHOD_NOT_FOR_FILE_SYSTEM: {
    sentence: '{reason}',
    hint: 'use a method that fits, or correct fileSystem in the job; GDS guide 6.6.3.7, step 6',
  },
  OPERATOR_NEEDED: {
    sentence: 'the job needs an answer from an operator ({question}), and there is no terminal',
    hint: '{remedy}',
  },
  NODE_NOT_KNOWN_DOWN: {
    sentence:
      'step {step}: {node} has not answered since {since}, it is not known whether it is down, and {why}',
    hint: 'check the machine itself. If {node} is halted or powered off, run with --node-down {node}, or on a terminal without --yes. If it is running, repair its connection first',
  },
  NODE_CAME_BACK: {
    sentence: 'step {step}: {node} answers again, and its services were not stopped',
    hint: 'start the run again: it then stops the services of {node}, too',
  },
  NODE_NOT_DOWN: {
    sentence: '{node} answers, so it is not down',
    hint: 'leave out --node-down {node}: the run then uses {node} like any other node',
  },
  NODE_UNKNOWN: {
    sentence: '{node} is not a primary node of this site',
    hint: 'primary nodes: {nodes}',
  },
  NO_NODE_ANSWERS: {
    sentence: 'no primary node answers: {nodes}; {reason}',
    hint: 'a run needs at least one of them: check that one is up and that its sshd is running',
  },
  OPERATOR_DECLINED: {
    sentence: 'step {step}: {by} chose to stop',
    hint: 'start the run again when ready',
  },
  CLASS_LOCKED: {
    sentence: '{class} is locked on {host} by run {run} of {owner}',
    hint: 'wait until that run ends; shadowtape locks shows whether its process is running. If it is not, resume or roll back that run on the machine where it was started: shadowtape resume {run}, shadowtape rollback {run}. To discard it instead: shadowtape unlock {class} --discard {run}',
  },
  RUN_INTERRUPTED: {
    sentence:
      'run {run} of job {job} was interrupted{where}; it may have left {class} parted, or a shadow on {host}{dump}',
    hint: '{remedies}',
  },
  LOCK_OF_UNKNOWN_RUN: {
    sentence:
      '{name} is locked on {host} by run {run} of {owner}, whose process has ended; this state folder has no readable journal of that run',
    hint: 'resume or roll back the run with the state folder that has its journal: shadowtape --state DIR resume {run}, shadowtape --state DIR rollback {run}; or discard it: {discard}',
  },
  DISCARD_OTHER_RUN: {
    sentence: '{class} is locked on {host} by run {locked}, not by run {run}',
    hint: 'shadowtape locks shows the run of each lock; name that run with --discard',
  },
  CLASS_LOCKED_NAMELESS: {
    sentence: '{class} is locked on {host}, and the lock names no owner',
    hint: 'check whether a run is just starting; if not, remove the lock with shadowtape unlock {class}',
  },
  LOCK_LOST: {
    sentence: 'step {step}: the lock of {class} on {host} {now}; nothing more was changed',
    hint: 'find out who removed or took it: shadowtape locks shows who holds {class}. When nobody else works on {class}, resume or roll back the run: shadowtape resume {run}, shadowtape rollback {run}',
  },
  DRIVE_LOCK_LOST: {
    sentence: 'step {step}: the lock of the drive {drive} on {host} {now}; nothing more was written to tape',
    hint: 'find out who removed or took it: shadowtape locks shows who holds {drive}. {tape} may now hold data of somebody else',
  },
  DRIVE_LOCKED_NAMELESS: {
    sentence: 'the drive {device} on {host} is locked, and the lock names no owner',
    hint: 'check whether a run or a tape command is just starting; if not, remove the lock with shadowtape unlock {device}',
  },
  LOCK_MISSING: {
    sentence: '{name} is not locked on {host}',
    hint: 'nothing to do; classes of this site: {classes}; drive: {drive}',
  },
  LOCK_HELD: {
    sentence: '{name} is locked on {host} by {what} of {owner}, and that process is running',
    hint: 'stop it first, with Ctrl-C where it was started. If that process certainly belongs to something else, remove the lock on {host}: {remedy}',
  },
  LOCK_CHANGED: {
    sentence: 'the lock of {name} on {host} has changed and was not removed',
    hint: 'somebody released or took it in the meantime; check again with shadowtape locks',
  },
  UNLOCK_NOT_CONFIRMED: {
    sentence: 'the lock of {name} was not removed because nobody confirmed it',
    hint: 'type the name of the class or drive when asked; without a terminal use --yes',
  },
  MOUNT_POINT_TAKEN: {
    sentence: '{host}: {mountPoint} already exists',
    hint: 'remove it, or give the job another mountPoint; the run creates and removes its own',
  },
  RESYNCHRONISATION_FAILED: {
    sentence: 'the copy from {master} to {proxy} has failed: {actual}',
    hint: 'see "Slice Status Abnormality" in the GDS guide; {master} itself was only read',
  },
  OUTPUT_UNWRITABLE: {
    sentence: 'the output could not be written: {reason}',
    hint: 'the command itself is complete; free some space before you repeat it for its output',
  },
  RUN_CANCELLED: {
    sentence: 'step {step} was canceled{why}',
    hint: 'start the run again when ready',
  },
  RUN_HALTED: {
    sentence: 'step {step} was stopped immediately, and nothing was rolled back',
    hint: 'the lines below show what may be left to do; check both sides with sdxinfo before each of them',
  },
  END_NOT_PROVEN: {
    sentence: 'the cluster is not proven to be in its normal state: {reason}',
    hint: 'the tape holds the backup; check both sides with sdxinfo, or resume the run to watch the copy until it finishes',
  },
  FOREIGN_SHADOW_AT_END: {
    sentence: '{host} shows objects of another class on disks of the job: {objects}',
    hint: 'the tape holds the backup. Find out with sdxinfo on {host} who created these objects, and have them removed: a write through them damages {proxies}',
  },
  TAPE_NOT_PROVEN: {
    sentence:
      'every step succeeded, but the journal does not show that the tape was written and read back as the job requires',
    hint: 'read the tape back with shadowtape verify before you trust it',
  },
  TAPE_DEVICE_UNKNOWN: {
    sentence: '{device} is not a known name of a tape drive',
    hint: 'use /dev/rmt/0 on Solaris; /dev/st0, /dev/IBMtape0 or a name below /dev/tape/by-id on Linux. The rewinding and the non-rewinding device both work',
  },
  TAPE_NOT_BLANK: {
    sentence: 'the tape in {device} on {host} is not blank: it holds {found}',
    hint: 'insert a blank tape; or, if its contents may be lost, set media.overwrite: true in the job',
  },
  TAPE_STATE_UNKNOWN: {
    sentence: 'it is not known whether the tape in {device} on {host} is blank: {said}',
    hint: 'an unreadable tape does not count as blank; check it with mt status, clean the drive, or use another tape',
  },
  TAPE_DIFFERS: {
    sentence: 'the tape does not hold what was read: {what}: expected {expected}, read back {actual}',
    hint: 'do not trust this tape; clean the drive, insert another tape and run again',
  },
  JOURNAL_UNWRITABLE: {
    sentence: 'the journal {file} cannot be written: {reason}',
    hint: 'free some space, or keep the state elsewhere with --state DIR; Shadowtape does not run without a journal',
  },
  JOURNAL_EXISTS: {
    sentence: 'the journal {file} already exists',
    hint: 'a journal is never written twice; start the run again',
  },
  CATALOGUE_UNWRITABLE: {
    sentence: 'the file list {file} cannot be written: {reason}',
    hint: 'free some space, or keep the state elsewhere with --state DIR; then start the run again',
  },
  JOURNAL_BROKEN: {
    sentence: '{file}, line {line}: {reason}',
    hint: 'a line was changed, removed or added, by somebody or by a disk fault; trust nothing from this line on',
  },
  RUN_UNKNOWN: {
    sentence: 'there is no run {run}',
    hint: 'shadowtape runs lists the runs; name another state folder with --state DIR',
  },
  RUN_HAS_NO_TAPE: {
    sentence: 'run {run} wrote no tape that could be compared',
    hint: 'shadowtape show {run} shows how far it got',
  },
  RUN_HAS_NO_DIGEST: {
    sentence: 'run {run} took no digest of {volume} (verify.digest: none), so its tape cannot be compared',
    hint: 'shadowtape identify shows what is on the tape; set verify.digest to sha256 in the job for the next run',
  },
  // ---- reports ----
  REPORT_FILE_THERE: {
    sentence: '{file} already exists',
    hint: 'choose another name with -o, or replace it with --force',
  },
  REPORT_UNWRITABLE: {
    sentence: '{file} cannot be written: {reason}',
    hint: 'with -o, name a file in a folder that this user can write and that has space; the journal keeps everything',
  },
  // ---- proof and keeping ----
  PACKED_FILE_DAMAGED: {
    sentence: '{file} cannot be unpacked: {reason}',
    hint: 'the file is damaged; restore it from a copy of the state folder (shadowtape state import)',
  },
  SEALS_UNWRITABLE: {
    sentence: 'the list of seals {file} cannot be written: {reason}',
    hint: 'the journal itself is complete, but its last line is not proven; free some space, or keep the state elsewhere with --state DIR',
  },
  STATE_FILE_UNREADABLE: {
    sentence: '{file} cannot be read: {reason}',
    hint: 'a state folder belongs to the user who runs shadowtape: run as that user, or name another folder with --state DIR',
  },
  STATE_FILE_UNWRITABLE: {
    sentence: '{file} cannot be written: {reason}',
    hint: 'name a folder that this user can write and that has space',
  },
  STATE_EMPTY: {
    sentence: 'there is nothing to export in {folder}',
    hint: 'name the state folder with --state DIR; the lab and the index are not exported',
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
  SIGNERS_UNREADABLE: {
    sentence: 'the file of allowed signers {file} cannot be read: {reason}',
    hint: 'each line is PRINCIPAL KEYTYPE KEY, see ALLOWED SIGNERS in ssh-keygen(1)',
  },
  SIGN_KEY_MISSING: {
    sentence: 'there is no key to sign with',
    hint: 'name one with --key FILE or sign.key in the site file, or load one into an ssh agent with ssh-add',
  },
  SIGN_KEY_UNUSABLE: {
    sentence: 'cannot sign with {key}: {reason}',
    hint: 'use an ed25519, ecdsa or rsa key of OpenSSH; for a key in an ssh agent, name its public key file',
  },
  CHANGER_NOT_NAMED: {
    sentence: 'the site file names no changer',
    hint: 'name it in tape.changer of the site file; or leave out --changer and change the tapes by hand',
  },
  TAPE_IMPORT_DIFFERS: {
    sentence: 'the journal of run {run} on the tape "{tape}" cannot be trusted: {reason}',
    hint: 'the tape itself may be good: compare it with shadowtape verify on the console that wrote it',
  },
  TAPES_PASSED_OVER: {
    sentence: '{unread} of {all} tapes could not be imported',
    hint: 'the other tapes were imported; the errors are shown above. Clean the drive, then import these again',
  },
  // ---- tapes: labels, catalogue, drive check ----
  TAPE_NAME_FORBIDDEN: {
    sentence: '"{name}" cannot be the name of a tape',
    hint: 'a name has 1 to 32 letters, digits, "_", "." and "-", and begins with a letter or a digit; "data" means a tape without a label',
  },
  TAPE_LABEL_TOO_LONG: {
    sentence: 'the {kind} of the tape has {length} bytes; the limit is {limit}',
    hint: 'give the site a shorter name',
  },
  TAPE_NOT_BLANK_NAME_IT: {
    sentence: 'the tape in {device} on {host} is not blank: it holds {found}',
    hint: 'insert a blank tape; or, if its contents may be lost, name it: --overwrite {name}',
  },
  TAPE_NOT_LABELLED: {
    sentence: 'the tape in {device} on {host} has no label: it holds {found}',
    hint: 'insert {wanted}; or, if its contents may be lost, label it: shadowtape label {name} --overwrite data',
  },
  TAPE_IS_ANOTHER: {
    sentence: 'the tape in {device} on {host} is not {wanted}: it holds {found}',
    hint: 'insert {wanted}',
  },
  TAPE_KEPT: {
    sentence: 'the tape "{name}" in {device} on {host} is in retention until {until}',
    hint: 'insert another tape',
  },
  TAPE_POSITION_WRONG: {
    sentence: 'the tape in {device} on {host} is not at the beginning of file {wanted}: {said}',
    hint: 'Shadowtape does not read or write at an unknown position; rewind the tape with mt, then start again',
  },
  TAPE_RECORD_NOT_REACHED: {
    sentence: 'the tape in {device} on {host} is not at record {record} of file {file}: {said}',
    hint: 'Shadowtape does not write at a position that the drive does not confirm. Resume the run: it checks the tape again, or starts it over',
  },
  TAPES_UNWRITABLE: {
    sentence: 'the tape inventory {file} cannot be written: {reason}',
    hint: 'the tape itself is written; add it later with shadowtape identify. Free some space, or keep the state elsewhere with --state DIR',
  },
  TAPES_UNREADABLE: {
    sentence: 'the tape inventory {file} cannot be read: {reason}',
    hint: 'make it readable for the user who runs shadowtape',
  },
  // ---- detached work on the backup server ----
  WORK_FOLDER_THERE: {
    sentence: '{host} already has the folder {folder}',
    hint: 'it holds work of this run: resume the run. If there is no such run, remove the folder on {host}',
  },
  DETACHED_NOT_STARTED: {
    sentence: '{host} could not start the work in {folder}: {reason}',
    hint: '{host} needs space in /var/tmp, and the commands mkfifo, printf and nohup',
  },
  DETACHED_GONE: {
    sentence: '{host} no longer has the folder {folder}: the state of the work in it is not known',
    hint: 'somebody removed it; check with ps on {host} whether the command is still running, then dump again',
  },
  DETACHED_DIED: {
    sentence: '{host}: the work in {folder} died, and its exit status was not recorded{said}',
    hint: '{host} was rebooted, or its processes were killed; the tape is incomplete: dump again',
  },
  DETACHED_PROCESS_FAILED: {
    sentence: '{host}: {process} ended with {how}',
    hint: 'do not trust this tape: find the cause in the output of {process}, then dump again',
  },
  DETACHED_LOOK_UNREADABLE: {
    sentence: '{host}: the state of the work in {folder} cannot be read: {reason}',
    hint: 'log in to {host} and check the folder; the login shell must not print anything',
  },
  DETACHED_DIGEST_UNREADABLE: {
    sentence: '{host}: {command} printed "{said}", which is not a digest',
    hint: 'run the command on {host} by hand; without a digest the tape counts as incomplete',
  },
  DETACHED_COUNTS_DIFFER: {
    sentence: '{host}: the reading dd counted {actual}, but {expected} arrived from it',
    hint: 'the device returned short reads, or bytes were lost on {host}; do not trust this tape: dump again',
  },
  DETACHED_NOT_STOPPED: {
    sentence: '{host}: cannot stop {processes}',
    hint: 'a process that waits for a drive ends when the drive answers. Do not touch the tape or the shadow volume until ps on {host} no longer shows it',
  },
  // ---- recovery ----
  RUN_ALREADY_ENDED: {
    sentence: 'run {run} has ended: {how}',
    hint: '{remedy}',
  },
  RESUME_IMPOSSIBLE: {
    sentence: 'run {run} cannot be resumed: {reason}',
    hint: '{remedy}',
  },
  UNWIND_IMPOSSIBLE: {
    sentence: 'run {run} cannot be rolled back: {reason}',
    hint: '{remedy}',
  },
  RUN_BUSY: {
    sentence: 'run {run} is being worked on by {owner}, since {since}',
    hint: 'wait until it ends; if that process is no longer running, take over its lock with --take-over-lock (shadowtape locks shows it)',
  },
  RUN_SUPERSEDED: {
    sentence: 'run {later} parted {proxy} after run {run}: the current state is not that of run {run}',
    hint: 'check the later run with shadowtape show {later}; if it failed, roll that one back',
  },
  // ---- ssh ----
  HOST_UNDECLARED: {
    sentence: 'there is no host "{host}"',
    hint: 'hosts of the site file: {hosts}',
  },
  HOST_NAME_UNKNOWN: {
    sentence: '{host}: the name {address} has no address',
    hint: 'check the address of {host} in the site file, HostName in ~/.ssh/config, and the name service of this machine',
  },
  HOST_UNREACHABLE: {
    sentence: '{host} ({address}, port {port}) cannot be reached: {reason}',
    hint: 'check that {host} is up, that sshd listens on port {port}, and that no firewall blocks it',
  },
  HOST_KEY_UNKNOWN: {
    sentence: '{host} ({address}, port {port}) shows an unknown {keyType} host key: {fingerprint}',
    hint: 'compare it with "ssh-keygen -lf" of the key in /etc/ssh on {host} itself; if both match, accept it with --trust',
  },
  HOST_KEY_CHANGED: {
    sentence:
      '{host} ({address}, port {port}) shows the {keyType} host key {shown}, but {known} is known ({file}, line {line})',
    hint: 'another machine may be intercepting the connection; if {host} was reinstalled, remove line {line} of {file} and connect again',
  },
  HOST_KEY_REVOKED: {
    sentence:
      '{host} ({address}, port {port}) shows the host key {fingerprint}, which is revoked ({file}, line {line})',
    hint: 'do not connect; find out who revoked the key, and give {host} a new host key',
  },
  HOST_KEY_SWITCHED: {
    sentence: 'connection to {host} ended: its host key changed during a rekey, from {accepted} to {shown}',
    hint: 'another machine may have taken over the connection: find out who changed the host key before you run again. Commands on {host} may still be running',
  },
  HOST_IS_ANOTHER: {
    sentence:
      '{host} ({address}, port {port}) is not the machine on which the run started: its {what} was {expected}, now it is {actual}',
    hint: 'correct the address of {host} in the site file. If it is the same machine with a new {what}, resume or roll back with --same-machine {host}',
  },
  LOGIN_REFUSED: {
    sentence: '{host} does not let {user} log in: {reason}; tried: {methods}',
    hint: 'add the public key to authorized_keys of {user} on {host}, or name another key or user in the site file',
  },
  KEY_FILE_MISSING: {
    sentence: '{host}: there is no key file {file}',
    hint: 'name the private key with "key" of {host} in the site file, or create one with ssh-keygen -t ed25519',
  },
  KEY_FILE_UNREADABLE: {
    sentence: '{host}: the key file {file} cannot be used: {reason}',
    hint: 'the file must contain a private key in OpenSSH, PEM or PKCS#8 format, readable for this user',
  },
  KEY_OF_PUTTY: {
    sentence: '{host}: the key file {file} is in a PuTTY format that Shadowtape does not read',
    hint: 'convert it with: puttygen {file} -O private-openssh -o {file}.openssh; then name that file with "key" of {host} in the site file',
  },
  KEY_CIPHER_UNKNOWN: {
    sentence: '{host}: the key file {file} is encrypted with {cipher}, which Shadowtape cannot open',
    hint: 're-encrypt it with: ssh-keygen -p -Z aes256-ctr -f {file}; or load it into an ssh agent with ssh-add {file}',
  },
  KEY_PASSPHRASE_WRONG: {
    sentence: '{host}: wrong passphrase for the key file {file}',
    hint: 'try again, or load the key into an ssh agent with ssh-add {file}',
  },
  KEY_PASSPHRASE_MISSING: {
    sentence: '{host}: the key file {file} needs a passphrase, and none was given',
    hint: 'load the key into an ssh agent with ssh-add {file}, or start shadowtape on a terminal',
  },
  AGENT_UNAVAILABLE: {
    sentence: '{host}: the ssh agent at {socket} cannot be used: {reason}',
    hint: 'start an agent (ssh-agent) and check SSH_AUTH_SOCK, or name a key file for {host} in the site file',
  },
  ALGORITHMS_DISJOINT: {
    sentence: '{host} and shadowtape have no {kind} in common',
    hint: 'an old server needs "ssh: legacy" for {host} in the site file',
  },
  CONNECTION_LOST: {
    sentence: 'the connection to {host} was lost: {reason}',
    hint: 'check the network and {host} itself; commands there may still be running',
  },
  COMMAND_NOT_STARTED: {
    sentence: '{host} does not start {command}: {reason}',
    hint: 'check MaxSessions and ForceCommand in sshd_config of {host}, and the login shell of the user',
  },
  LOGIN_SHELL_PRINTS: {
    sentence:
      '{host}: the login shell {shell} of {user} prints {bytes} bytes {where} the output of each command: {text}',
    hint: '{remedy}; then run "shadowtape check" again',
  },
  LOGIN_SHELL_CHANGES: {
    sentence: '{host}: the login shell {shell} of {user} changes commands or data: {what}',
    hint: 'a terminal or session recorder may be between sshd and the commands of {user} on {host}. Exempt that user, or name another one under "user" of {host} in the site file',
  },
  LOGIN_SHELL_UNUSABLE: {
    sentence: '{host}: the login of {user} does not run commands: {reason}',
    hint: 'under "user" of {host} in the site file, name a user whose login shell runs commands. ForceCommand in sshd_config and command= in authorized_keys must not apply to that user',
  },
  COMMAND_TIMED_OUT: {
    sentence: '{command} on {host} did not finish within {limit}',
    hint: 'log in to {host} and check what {command} is waiting for. It was sent a signal to stop, but may still be running: check its effect before you run it again. timeLimits in the job gives its step more time',
  },
  COMMAND_OUTPUT_CUT: {
    sentence: '{command} on {host} ended {how}, but its output stayed open and may be incomplete',
    hint: 'run the command on {host} by hand. If it starts something that keeps the output open, such as a login script, redirect that output',
  },
  QUERY_UNANSWERED: {
    sentence: '{host} has not answered {command} for {time}: {reason}',
    hint: 'check the network and {host} itself; the state of its objects is not known until it answers',
  },
  COMMAND_OUTPUT_TOO_LONG: {
    sentence: '{command} on {host} printed more than {limit} bytes',
    hint: 'run the command on {host} by hand and find out why it prints so much',
  },
  COMMAND_CANCELLED: {
    sentence: '{command} on {host} was canceled',
    hint: 'check on {host} that it has stopped before the same device is used again',
  },
  REMOTE_COMMAND_FAILED: {
    sentence: '{command} on {host} ended {how}',
    hint: 'check the output of {command}, and run it on {host} by hand',
  },
  ARGUMENT_FORBIDDEN: {
    sentence: 'cannot build a command line: {reason}',
    hint: 'check the names in the site file for unusual characters',
  },
  SSH_CONFIG_BROKEN: {
    sentence: 'the ssh configuration of {host} cannot be read: {reason}',
    hint: 'correct the file; "ssh -G {alias}" shows how OpenSSH reads it',
  },
  SSH_CONFIG_UNSUPPORTED: {
    sentence: '{host} cannot be reached with this ssh configuration: {reason}',
    hint: '{remedy}',
  },
  KNOWN_HOSTS_UNWRITABLE: {
    sentence: 'the host key of {host} cannot be saved in {file}: {reason}',
    hint: 'make the folder of {file} writable for the user who runs shadowtape',
  },
  // ---- notifications -------------------------------------------------------------------------------------------
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
  LAB_OPTION_WITH_SITE: {
    sentence: '{option} is for the embedded lab and cannot be used with --site',
    hint: 'leave out one of them',
  },
  // ---- the embedded lab ----------------------------------------------------------------------------------------
  LAB_FOLDER_BUSY: {
    sentence: 'the lab in {folder} is already running (process {pid})',
    hint: 'use that lab, stop it, or choose another folder for this one',
  },
  LAB_FOLDER_FOREIGN: {
    sentence: '{folder} does not hold a lab that this version can read',
    hint: 'give the lab an empty folder, or remove this one',
  },
  LAB_PLATFORM_OTHER: {
    sentence: 'the lab in {folder} runs {actual}, not {wanted}',
    hint: 'add --fresh-lab to replace that lab with a new one, or leave out --platform',
  },
  LAB_DISK_FULL: {
    sentence: 'the lab needs {needed} MiB in {folder}, but only {free} MiB are free',
    hint: 'free some space, or give the lab a folder on another file system',
  },
  LAB_PORT_TAKEN: {
    sentence: 'the lab cannot listen on port {port} of 127.0.0.1: {reason}',
    hint: 'choose another port, or 0 for any free port',
  },
  LAB_FAULT_UNKNOWN: {
    sentence: 'there is no fault "{fault}"',
    hint: 'faults of the lab: {faults}',
  },
  LAB_FAULT_VALUE_WRONG: {
    sentence: 'the fault "{fault}" cannot be enabled: {reason}',
    hint: 'a fault is written NAME or NAME=VALUE, for example tape-error=100 or fail=node1:sdxproxy Part',
  },

  // ---- data path and tape --------------------------------------------------------------------------------------
  STAGE_NOT_FINISHED: {
    sentence: 'likely a bug in shadowtape: the result of the {stage} was requested before its stream ended',
    hint: 'report it with the journal of the run',
  },
  RECORD_SIZE_WRONG: {
    sentence: 'a record of {recordBytes} bytes cannot be written',
    hint: 'use a multiple of 512, from 512 to 1048576; the guide uses 32768',
  },
  BUFFER_OPTIONS_WRONG: {
    sentence: 'likely a bug in shadowtape: a buffer of {bytes} bytes cannot start at a fill of {startAt}',
    hint: 'a buffer needs at least one byte, and a start above 0 and up to 1',
  },
  DUMP_SOURCE_FAILED: {
    sentence: 'reading stopped after {bytes} bytes: {reason}',
    hint: 'do not trust this tape: find the cause in the output of the reading command, then dump again',
  },
  DUMP_NOT_CLOSED: {
    sentence: '{tool} ended with exit status 0, but {reason}',
    hint: 'the tape is not a backup: find the cause in its output, then dump again',
  },
  FILES_SKIPPED: {
    sentence:
      '{tool} ended with exit status 0, but {count} files are not on tape as they are on the volume: {files}',
    hint: 'remove these files, or accept that they are missing (onSkippedFiles: warn), then dump again',
  },
  DUMP_SOURCE_EMPTY: {
    sentence: 'no data came from the volume, although its reader exited 0',
    hint: 'check that the shadow volume is started and that the command reads the right device',
  },
  DUMP_SOURCE_SIZE_DIFFERS: {
    sentence: '{actual} bytes came from the volume, which has {expected} bytes',
    hint: 'compare the sizes of shadow volume and proxy volume; the tape is incomplete: dump again',
  },
  DUMP_DIGESTS_DIFFER: {
    sentence: 'the data sent to tape differs from the data read: {actual} instead of {expected}',
    hint: 'the data changed in this machine, possibly by a memory fault; do not trust this tape',
  },
  DATA_THREAD_ENDED: {
    sentence: 'the thread that moves the data of {host} ended: {reason}',
    hint: 'start the run again; if it ends again, check the free memory of this machine',
  },
  COPY_CANCELLED: {
    sentence: 'the copy was canceled after {bytes} bytes',
    hint: 'the tape is incomplete; start the dump again',
  },
  TAR_UNREADABLE: {
    sentence: 'the tar archive cannot be read at byte {offset}: {reason}',
    hint: 'find the cause in the output of tar, then dump again',
  },
  TAR_INCOMPLETE: {
    sentence: 'the tar archive ends after {offset} bytes without its closing blocks',
    hint: 'tar stopped early although it exited 0; check the mounted file system, then dump again',
  },
  TAR_SIZE_DIFFERS: {
    sentence: 'the device should have {size} bytes, but returned {comparison} {bytes}',
    hint: 'compare the size of the volume with what sdxinfo shows; the archive is damaged: dump again',
  },
  TAPE_WRITE_FAILED: {
    sentence: 'writing to the tape failed: {reason}',
    hint: 'check the drive and the cartridge, clean the drive if it asks for it, then dump again from the beginning',
  },
  TAPE_END_OF_MEDIUM: {
    sentence: 'the tape ended before everything was written (dd counted {records} records)',
    hint: 'insert a larger or an empty cartridge and dump again from the beginning',
  },
  TAPE_WRITE_PROTECTED: {
    sentence: 'the tape cannot be written: {reason}',
    hint: 'slide the tab of the cartridge to writable, or check that the user may write to the device',
  },
  TAPE_BUSY: {
    sentence: 'the tape drive is in use by another program: {reason}',
    hint: 'wait until the other program ends, or stop it; then try again',
  },
  TAPE_NOT_LOADED: {
    sentence: 'no cartridge is ready in the tape drive: {reason}',
    hint: 'insert a cartridge, wait until the drive is ready, then try again',
  },
  TAPE_COUNT_MISSING: {
    sentence: 'dd exited 0 but did not print how many records it copied',
    hint: 'check its output; without a count the tape counts as incomplete',
  },
  TAPE_RECORDS_MISCOUNTED: {
    sentence: 'dd wrote {actual} to the tape instead of {expected}',
    hint: 'do not trust this tape; dump again, and check the drive if it happens twice',
  },
  TAPE_READ_FAILED: {
    sentence: 'reading the tape back failed: {reason}',
    hint: 'clean the drive and read again; if the error remains, dump to another cartridge',
  },
  TAPE_RECORD_TOO_LONG: {
    sentence: 'the tape has records longer than the read size: {reason}',
    hint: 'read with the record size of the dump, or a larger one',
  },
  TAPE_READBACK_MISCOUNTED: {
    sentence: 'the tape returned {actual} instead of {expected}',
    hint: 'check that the tape is at the right file; if it is, dump again',
  },
  TAPE_SERVER_GARBLED: {
    sentence: 'the tape server answered {said}, which is not an answer of rmt',
    hint: 'the login shell of the user must not print anything, and the command must be rmt',
  },
  TAPE_SERVER_ENDED: {
    sentence: 'the tape server ended before it answered {unanswered}: {reason}',
    hint: 'check its output, and that rmt is installed and may use the device; the tape is incomplete',
  },
  NEXT_TAPE_NEEDED: {
    sentence: 'an operator must insert {words} into {device} on {host}, and there is no terminal',
    hint: 'run it on a terminal, or set tape.changer or tape.nextTape in the site file',
  },
  CHANGER_UNREADABLE: {
    sentence: 'mtx on {host} does not show what is in {device}',
    hint: 'try mtx -f DEVICE status there; the site file names it in tape.changer',
  },
  CHANGER_EMPTY: {
    sentence: 'every tape in the changer {device} on {host} was tried',
    hint: 'put blank tapes into the changer, then run again',
  },
  DRIVE_NAME_LATE: {
    sentence: '{host} did not identify {device} as the drive {name} before the run was planned',
    hint: 'run again: the host answers now',
  },
  CHANGER_DRIVE_UNNAMED: {
    sentence:
      'the changer {changer} on {host} has {count} drives, and the site file does not name the one that is {device}',
    hint: 'set tape.changerDrive to its number. With a tape in only one drive, compare mtx -f CHANGER status (Data Transfer Element N:Full) with mt -f DEVICE status',
  },
  CHANGER_DRIVE_MISSING: {
    sentence: 'the changer {changer} on {host} has no drive {drive}: its drives are {drives}',
    hint: 'set tape.changerDrive to the number of Data Transfer Element in mtx -f CHANGER status',
  },
  CHANGER_DRIVE_IS_ANOTHER: {
    sentence: 'a tape is in {device} on {host}, and drive {drive} of the changer {changer} is empty',
    hint: 'set tape.changerDrive to the number of the drive that mtx -f CHANGER status shows as Full. Set tape.changer to the changer with this drive',
  },
  CHANGER_FULL: {
    sentence:
      'the cartridge in drive {drive} of the changer {changer} on {host} has no empty slot to go back to',
    hint: 'remove a cartridge from the changer, then run again',
  },
  TAPE_TOO_SMALL: {
    sentence: 'two tapes in a row, {tapes}, did not accept a single record',
    hint: 'insert blank cartridges, or cartridges that may be overwritten',
  },
  TAPES_MISCOUNTED: {
    sentence: 'the tapes took {actual} instead of {expected}',
    hint: 'do not trust these tapes; dump again, and report it if it happens twice',
  },
  SEARCH_UNREADABLE: {
    sentence: 'the search cannot be read at character {at}: {reason}',
    hint: 'put terms with a space or a colon in quotes',
  },
  FILE_UNNAMED: {
    sentence: '"{text}" is not the name of a file',
    hint: 'use a base name, a path as in the archive, or a pattern. * and ? match anything but a slash, ** matches anything',
  },
} as const satisfies Record<string, ErrorEntry>;

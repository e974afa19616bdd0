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
    hint: 'journals and known hosts live there; name a folder that this user can write with --state DIR',
  },
  // ---- usage and site file -------------------------------------------------------------------------------------
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
    hint: 'give a whole number of 512-byte blocks, at least 1: the stripe width that the group was made with',
  },
  SHADOW_UNBUILDABLE: {
    sentence: 'no shadow of {volume} can be built: {title}: expected {expected}, seen {actual}',
    hint: '{rule}; back this volume up on the cluster',
  },
  SHADOW_STRIPE_WIDTH_UNKNOWN: {
    sentence: 'sdxinfo does not show how wide the stripes of {group} are',
    hint: 'name the width that the group was made with, in blocks of 512 bytes, under shadow.stripeWidth of the job: a shadow with stripes of another width shows other blocks',
  },
  SHADOW_STRIPE_WIDTH_DIFFERS: {
    sentence: 'the stripes of {group} are {shown} blocks wide, but the job says {named}',
    hint: 'correct shadow.stripeWidth of the job, or leave it out: sdxinfo shows the width of this group',
  },
  SHADOW_NAME_TAKEN: {
    sentence: 'the shadow of {object} cannot be called {name}: another object of the shadow has that name',
    hint: 'give it another name, or none, under shadow of the job',
  },
  SHADOW_DEVICE_UNKNOWN: {
    sentence: 'it is not known which device of the backup server {disk} is',
    hint: 'name it with its device under shadow.disks of the job',
  },
  SDXINFO_UNREADABLE: {
    sentence: 'sdxinfo: line {number} cannot be read: {reason}: "{line}"',
    hint: 'nothing is guessed from such output; compare it with what the command prints on the host',
  },
  SDXINFO_COLUMN_MISSING: {
    sentence: 'sdxinfo: the {table} table has no column {column}',
    hint: 'the columns shown are {columns}; this release of GDS may print another form, which is not known here',
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
    hint: 'where {host} has no GDS object and these are its words for it, put the whole line into gds.noObjectsMessage of the site file; otherwise look in /var/opt/FJSVsdx/msglog/sdxservd.log on {host}',
  },
  SDXINFO_INCOMPLETE: {
    sentence: 'the output of sdxinfo is incomplete: {reason}',
    hint: 'run sdxinfo on the host by hand; where it prints all of its rows, run again',
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
    sentence: 'the request "{channel}" is refused: {reason}',
    hint: 'only the pages of shadowtape itself may ask the console',
  },
  RUN_NOT_LIVE: {
    sentence: 'run {run} is not running in this console',
    hint: 'it has ended, or another process performs it: shadowtape runs and shadowtape locks tell',
  },
  RUN_IS_LIVE: {
    sentence: 'run {run} is running in this console',
    hint: 'wait until it has ended, or stop it; it needs no resume',
  },
  QUESTION_OVER: {
    sentence: 'the question is closed: it was answered, or the run continued without it',
    hint: 'look at the run; where there is another question, answer that one',
  },
  DRIVE_IN_USE: {
    sentence: 'the drive {device} on {host} is in use: {user}',
    hint: 'wait until that has ended; {remedy}',
  },
  SITE_IN_USE: {
    sentence: 'the site stays open: {what}',
    hint: 'wait until that has ended, or stop it; then open the other site',
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
  HOST_NO_ANSWER_YET: {
    sentence: '{host} has not let anybody log in within {seconds} seconds',
    hint: 'it is still being tried, and shown as soon as it does; answer the question of its login where there is one',
  },
  PAGE_MISSING: {
    sentence: 'the pages of the console are not built',
    hint: 'build them with npm run build, or start with npm start, which does it',
  },
  PORT_UNUSABLE: {
    sentence: 'port {port} of this machine cannot be listened on: {reason}',
    hint: 'leave --port out for any that is free, or name another one',
  },
  // ---- procedure -----------------------------------------------------------------------------------------------
  CHECK_FAILED: {
    sentence: 'step {step}: {title}: expected {expected}, seen {actual}',
    hint: '{remedy}',
  },
  SHADOW_DIFFERS: {
    sentence: 'the shadow is not proven to be {proxy}: {title}: expected {expected}, seen {actual}',
    hint: '{remedy}',
  },
  SHADOW_CHANGED: {
    sentence:
      'step {step}: the shadow of {proxy} is not as it was verified: {title}: expected {expected}, seen {actual}',
    hint: '{remedy}',
  },
  SHADOW_NOT_HELD: {
    sentence:
      'step {step}: the shadow of {proxy} cannot be held open, so that nothing would show whether the dump is of this shadow: {reason}',
    hint: 'see why the backup server does not let a process of sh keep the device file open; or let the job do without it (`verify.unheld: allow`), and see that nobody else works on the shadow class during the run',
  },
  DUMP_DIFFERS: {
    sentence:
      'step {step}: what was written to tape is not {proxy}: {count} of {total} sampled records differ from the cluster, the first is record {first}',
    hint: 'the shadow was rebuilt or written to during the dump; find out who else works on the shadow class on the backup server; the tape of this run is no backup',
  },
  PROXY_DIFFERS: {
    sentence:
      'step {step}: what was written to tape is not {proxy}: {what} of the whole proxy on {host} is {actual}, that of the dump {expected}',
    hint: 'the shadow was rebuilt or written to during the dump, or the proxy was written to on the cluster; do not trust this tape, find out who else works on them, and run again',
  },
  PROXY_NOT_HASHED: {
    sentence: 'step {step}: the whole of {proxy} was not hashed on {host}: {reason}',
    hint: 'the tape holds what was read through the shadow, but it was not compared with the whole proxy as verify.fingerprint: all asks; run again when {host} can read {proxy}',
  },
  PROXY_NOT_COMPARED: {
    sentence:
      'the job asks for verify.fingerprint: all, and the journal does not show that the whole proxy was compared',
    hint: 'the proxy is joined again, and no longer holds what was dumped: run again',
  },
  FINGERPRINT_ALL_IMPOSSIBLE: {
    sentence: 'verify.fingerprint: {reason}',
    hint: 'run the job by method 6a and with a digest, or set verify.fingerprint to a number',
  },
  BASELINE_DIFFERS: {
    sentence:
      'step {step}: the shadow of {proxy} changed during the dump: {count} of {total} sampled records differ, the first is record {first}',
    hint: 'the shadow was rebuilt or written to during the dump; find out who else works on the shadow class on the backup server; the tape of this run is no backup',
  },
  SNAPSHOT_CHANGED: {
    sentence:
      'step {step}: the shadow of {proxy} changed since it was verified: {count} of {total} sampled records differ, the first is record {first}',
    hint: 'the proxy was rejoined and parted again, or the shadow was rebuilt or written to; find out who else works on the cluster and on the backup server',
  },
  FINGERPRINT_DIFFERS: {
    sentence:
      'the shadow is not the same blocks as {proxy}: {count} of {total} sampled records differ, the first is record {first}',
    hint: 'the device of the shadow disk is not the disk that sdxinfo shows; compare the serial numbers of the device on both sides',
  },
  FINGERPRINT_SHORT: {
    sentence: '{host} gave {actual} bytes of record {record} of {device}, which has {expected}',
    hint: 'the volume is smaller than sdxinfo says, or it is not the volume; look at both with sdxinfo -V',
  },
  COMMAND_FAILED: {
    sentence: '{host}: {command} {how}',
    hint: 'see what it printed, and the man page of the command',
  },
  FILE_SYSTEM_NOT_CLEAN: {
    sentence: '{host}: fsck would have to repair {device}, and was not allowed to: {said}',
    hint: 'it was not unmounted at the part: name umount in services.stop of the job, or let fsck repair the copy with fsck.answerYes: true',
  },
  COMMAND_NOT_FOUND: {
    sentence: '{host} has no command {name}',
    hint: 'install it, or set PATH for shells that are not interactive (on Solaris PATH in /etc/default/login, or ~/.ssh/environment)',
  },
  SDXINFO_MISSING: {
    sentence: '{host} has no command sdxinfo',
    hint: 'install GDS there, or set PATH for shells that are not interactive; the backup server needs GDS and GDS Snapshot',
  },
  SDX_ERROR_PRINTED: {
    sentence: '{host}: {command} ended with exit status 0, but printed an error: {printed}',
    hint: 'look the message up in the GDS manual; what GDS calls an error is taken as one',
  },
  JOB_DISKS_DIFFER: {
    sentence: '{proxy} lies on {actual}, but the job names {named} for its shadow',
    hint: 'name each disk of the group in jobs.{job}.shadow.disks, with its device on the backup server',
  },
  VOLUME_MISSING: {
    sentence: '{host} shows no volume {volume} in {class}',
    hint: 'compare the names in the site file with what sdxinfo -V shows on {host}',
  },
  VOLUME_SIZE_UNKNOWN: {
    sentence: '{host} does not show how many blocks {volume} has',
    hint: 'look at BLOCKS of {volume} with sdxinfo -V on {host}; the shadow must be exactly as long',
  },
  ROUTE_SERVER_ELSEWHERE: {
    sentence: 'route server writes on the backup server, and the drive is on {host}, not on {backupServer}',
    hint: 'use route console, or a drive on the backup server',
  },
  TOOLS_MISSING: {
    sentence: '{host} has no {tools}, which route server needs',
    hint: 'install it, set PATH for shells that are not interactive, say verify.digest: cksum or none in the job, or take route console',
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
    sentence: 'the job asks an operator ({question}), and nobody can be asked here',
    hint: '{remedy}',
  },
  NODE_NOT_KNOWN_DOWN: {
    sentence:
      'step {step}: {node} has not answered since {since}, it is not known whether it is down, and {why}',
    hint: 'find out on the machine itself. If {node} is halted or switched off, run with --node-down {node}, or on a terminal without --yes; if it runs, repair the way to it first',
  },
  NODE_CAME_BACK: {
    sentence: 'step {step}: {node} answers again, and its services were not stopped',
    hint: 'start the run again: it then stops the services of {node}, too',
  },
  NODE_NOT_DOWN: {
    sentence: '{node} answers, so it is not down',
    hint: 'leave out --node-down {node}: the run then uses {node} as any other node',
  },
  NODE_UNKNOWN: {
    sentence: '{node} is not a primary node of this site',
    hint: 'primary nodes: {nodes}',
  },
  NO_NODE_ANSWERS: {
    sentence: 'no primary node answers: {nodes}; {reason}',
    hint: 'a run needs at least one of them: check that one is up, and that sshd listens on it',
  },
  OPERATOR_DECLINED: {
    sentence: 'step {step}: {by} chose to stop',
    hint: 'start the run again when it is time',
  },
  CLASS_LOCKED: {
    sentence: '{class} is locked on {host} by run {run} of {owner}',
    hint: 'wait until that run has ended; shadowtape locks tells whether its process lives. If it does not, or the run ended with action required, resume or roll back that run on the machine where it was started: shadowtape resume {run}, shadowtape rollback {run}. To give it up instead: shadowtape unlock {class} --discard {run}',
  },
  RUN_INTERRUPTED: {
    sentence: 'run {run} of job {job} {how}, and may have left {class} parted or a shadow on {host}{dump}',
    hint: '{remedies}',
  },
  PART_NOT_PROVEN: {
    sentence:
      '{proxies} {are} parted, and nothing proves that this run parted {proxies}: the command that parts failed, or its answer was lost',
    hint: 'find out who parted {proxies}. If it was this run, roll it back with shadowtape rollback {run} --own-part. If it was somebody else, give the run up: shadowtape unlock {class} --discard {run}',
  },
  LOCK_OF_UNKNOWN_RUN: {
    sentence:
      '{name} is locked on {host} by run {run} of {owner}, whose process no longer exists; this state folder has no journal of that run that can be read',
    hint: 'resume it or roll it back with the state folder that has its journal: shadowtape --state DIR resume {run}, shadowtape --state DIR rollback {run}; or give up what it left: {discard}',
  },
  DISCARD_OTHER_RUN: {
    sentence: '{class} is locked on {host} by run {locked}, not by run {run}',
    hint: 'shadowtape locks shows the run of each lock; name that run with --discard',
  },
  CLASS_LOCKED_NAMELESS: {
    sentence: '{class} is locked on {host}, and the lock names no owner',
    hint: 'look whether a run is just beginning; if none is, remove the lock with shadowtape unlock {class}',
  },
  LOCK_LOST: {
    sentence: 'step {step}: the lock of {class} on {host} {now}; nothing more was changed',
    hint: 'find out who removed or took it: shadowtape locks shows who holds {class}. When nobody else works on {class}, resume the run or roll it back: shadowtape resume {run}, shadowtape rollback {run}',
  },
  DRIVE_LOCK_LOST: {
    sentence: 'step {step}: the lock of the drive {drive} on {host} {now}; nothing more was written to tape',
    hint: 'find out who removed or took it: shadowtape locks shows who holds {drive}. {tape} may hold data of somebody else by now',
  },
  DRIVE_LOCKED_NAMELESS: {
    sentence: 'the drive {device} on {host} is locked, and the lock names no owner',
    hint: 'check whether a run or a tape command is just beginning; if none is, remove the lock with shadowtape unlock {device}',
  },
  LOCK_MISSING: {
    sentence: '{name} is not locked on {host}',
    hint: 'nothing is to be done; classes of this site: {classes}; drive: {drive}',
  },
  LOCK_HELD: {
    sentence: '{name} is locked on {host} by {what} of {owner}, and that process lives',
    hint: 'end it first, with Ctrl-C where it was started; if that process is surely another one, remove the lock on {host}: {remedy}',
  },
  LOCK_CHANGED: {
    sentence: 'the lock of {name} on {host} is not as it was shown, and was not removed',
    hint: 'somebody gave it back or took it in the meantime; look again with shadowtape locks',
  },
  UNLOCK_NOT_CONFIRMED: {
    sentence: 'the lock of {name} was not removed, since nobody confirmed it',
    hint: 'type the name of the class or the drive where it is asked for; without a terminal give --yes',
  },
  MOUNT_POINT_TAKEN: {
    sentence: '{host}: {mountPoint} already exists',
    hint: 'remove it, or give the job another mountPoint; the run makes and removes its own',
  },
  RESYNCHRONISATION_FAILED: {
    sentence: 'the copy from {master} to {proxy} has failed: {actual}',
    hint: 'see "Slice Status Abnormality" in the GDS guide; {master} itself was only read',
  },
  OUTPUT_UNWRITABLE: {
    sentence: 'the output could not be written: {reason}',
    hint: 'what was done is done; free space before the command is run again for its output',
  },
  RUN_CANCELLED: {
    sentence: 'step {step} was cancelled{why}',
    hint: 'start the run again when it is time',
  },
  RUN_HALTED: {
    sentence: 'step {step} was stopped immediately, and nothing was rolled back',
    hint: 'the lines below say what may be left to do; check with sdxinfo on both sides before each of them',
  },
  END_NOT_PROVEN: {
    sentence: 'the cluster is not proven to be in its normal state: {reason}',
    hint: 'the tape holds the backup; look with sdxinfo on both sides, or resume the run to watch the copy to its end',
  },
  FOREIGN_SHADOW_AT_END: {
    sentence: '{host} shows objects of another class on disks of the job: {objects}',
    hint: 'the tape holds the backup; on {host}, find out with sdxinfo who made these objects, and have them removed: a write through them damages {proxies}',
  },
  TAPE_NOT_PROVEN: {
    sentence:
      'every step ended well, but the journal does not show that the tape was written and read back as the job asks',
    hint: 'read the tape back with shadowtape verify before you trust it',
  },
  TAPE_DEVICE_UNKNOWN: {
    sentence: '{device} is not the name of a tape drive that shadowtape knows',
    hint: 'on Solaris /dev/rmt/0, on Linux /dev/st0, /dev/IBMtape0 or a name below /dev/tape/by-id; it is the drive’s device that rewinds, or the one that does not',
  },
  TAPE_NOT_BLANK: {
    sentence: 'the tape in {device} on {host} is not blank: it holds {found}',
    hint: 'insert a blank tape; or, where what it holds may be lost, set media.overwrite: true in the job',
  },
  TAPE_STATE_UNKNOWN: {
    sentence: 'it cannot be told whether the tape in {device} on {host} is blank: {said}',
    hint: 'what cannot be read is not taken for blank; look at it with mt status, clean the drive, or use another tape',
  },
  TAPE_DIFFERS: {
    sentence: 'the tape does not hold what was read: {what}: expected {expected}, read back {actual}',
    hint: 'do not trust this tape; clean the drive, take another tape and run again',
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
  // ---- reports ----
  REPORT_FILE_THERE: {
    sentence: '{file} already exists',
    hint: 'give another name with -o, or --force to replace it',
  },
  REPORT_UNWRITABLE: {
    sentence: '{file} cannot be written: {reason}',
    hint: 'name a file with -o in a folder that this user can write, with room in it; what a run did stays in its journal',
  },
  // ---- proof and keeping ----
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
  CHANGER_NOT_NAMED: {
    sentence: 'the site names no changer',
    hint: 'name it in tape.changer of the site file; or leave --changer out, and change the tapes by hand',
  },
  TAPE_IMPORT_DIFFERS: {
    sentence: 'the journal of run {run} on the tape "{tape}" cannot be trusted: {reason}',
    hint: 'the tape itself may be whole: compare it with shadowtape verify on the console that wrote it',
  },
  TAPES_PASSED_OVER: {
    sentence: '{unread} of {all} tapes could not be imported',
    hint: 'the others were; what is wrong with these is said above: clean the drive, and import them again',
  },
  // ---- tapes: labels, catalogue, drive check ----
  TAPE_NAME_FORBIDDEN: {
    sentence: '"{name}" cannot be the name of a tape',
    hint: 'a name has 1 to 32 letters, digits, "_", "." and "-", and begins with a letter or a digit; "data" means a tape without a label',
  },
  TAPE_LABEL_TOO_LONG: {
    sentence: 'the {kind} of the tape has {length} bytes, and {limit} is the most',
    hint: 'give the site a shorter name',
  },
  TAPE_NOT_BLANK_NAME_IT: {
    sentence: 'the tape in {device} on {host} is not blank: it holds {found}',
    hint: 'insert a blank tape; or, where what it holds may be lost, name it: --overwrite {name}',
  },
  TAPE_NOT_LABELLED: {
    sentence: 'the tape in {device} on {host} has no label: it holds {found}',
    hint: 'insert {wanted}; or, where what it holds may be lost, give it a label: shadowtape label {name} --overwrite data',
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
    hint: 'nothing is written or read at an unknown position; rewind the tape with mt, and start again',
  },
  TAPE_RECORD_NOT_REACHED: {
    sentence: 'the tape in {device} on {host} is not at record {record} of file {file}: {said}',
    hint: 'nothing is written at a place that the drive does not confirm; resume the run: it looks at the tape again, or writes it from its beginning',
  },
  TAPES_UNWRITABLE: {
    sentence: 'the list of tapes {file} cannot be written: {reason}',
    hint: 'what was done to the tape remains, and identify adds it to the list later; make room, or keep the state elsewhere with --state DIR',
  },
  TAPES_UNREADABLE: {
    sentence: 'the list of tapes {file} cannot be read: {reason}',
    hint: 'make it readable for the user who runs shadowtape',
  },
  // ---- detached work on the backup server ----
  WORK_FOLDER_THERE: {
    sentence: '{host} already has the folder {folder}',
    hint: 'the work of this run still runs there, or has ended there: resume the run; if there is no such run, remove the folder on {host}',
  },
  DETACHED_NOT_STARTED: {
    sentence: '{host} could not start the work in {folder}: {reason}',
    hint: 'on {host} there must be room in /var/tmp, and the commands mkfifo, printf and nohup',
  },
  DETACHED_GONE: {
    sentence: '{host} no longer has the folder {folder}, so nothing is known of the work in it',
    hint: 'somebody removed it; look with ps on {host} whether the command still runs, then dump again',
  },
  DETACHED_DIED: {
    sentence: '{host}: the work in {folder} is gone, and how it ended was not recorded{said}',
    hint: '{host} was rebooted, or its processes were killed; what the tape holds is not complete: dump again',
  },
  DETACHED_PROCESS_FAILED: {
    sentence: '{host}: {process} ended with {how}',
    hint: 'nothing on this tape can be trusted: find the cause in what {process} printed, then dump again',
  },
  DETACHED_LOOK_UNREADABLE: {
    sentence: '{host}: what it shows of the work in {folder} cannot be read: {reason}',
    hint: 'nothing is guessed; log in to {host} and look at the folder; the login shell must not print anything of its own',
  },
  DETACHED_DIGEST_UNREADABLE: {
    sentence: '{host}: {command} printed "{said}", which is no digest',
    hint: 'run the command on {host} by hand; without a digest the tape is not taken as complete',
  },
  DETACHED_COUNTS_DIFFER: {
    sentence: '{host}: the reading dd counted {actual}, but the bytes that came from it are {expected}',
    hint: 'the device gave short reads, or bytes were lost on {host}; do not trust this tape: dump again',
  },
  DETACHED_NOT_STOPPED: {
    sentence: '{host}: {processes} cannot be ended',
    hint: 'a process that waits for a drive ends when the drive answers; do not touch the tape or the shadow volume before ps on {host} no longer shows it',
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
    hint: 'wait until it has ended; where that process no longer lives, take its lock over with --take-over-lock (shadowtape locks shows it)',
  },
  RUN_SUPERSEDED: {
    sentence:
      'run {later} has parted {proxy} since run {run}: the present state does not belong to run {run}',
    hint: 'look at the later run with shadowtape show {later}; where it has not ended well, roll that one back',
  },
  // ---- ssh ----
  HOST_UNDECLARED: {
    sentence: 'there is no host "{host}"',
    hint: 'hosts that are declared: {hosts}',
  },
  HOST_NAME_UNKNOWN: {
    sentence: '{host}: no address is known for the name {address}',
    hint: 'check the address of {host} in the site file, HostName in ~/.ssh/config, and the name service of this machine',
  },
  HOST_UNREACHABLE: {
    sentence: '{host} ({address}, port {port}) cannot be reached: {reason}',
    hint: 'check that {host} is up, that sshd listens on port {port}, and that no firewall blocks it',
  },
  HOST_KEY_UNKNOWN: {
    sentence: '{host} ({address}, port {port}) shows an unknown {keyType} host key: {fingerprint}',
    hint: 'compare it with "ssh-keygen -lf" of the key in /etc/ssh on {host} itself; when both agree, accept it with --trust',
  },
  HOST_KEY_CHANGED: {
    sentence:
      '{host} ({address}, port {port}) shows the {keyType} host key {shown}, but {known} is known ({file}, line {line})',
    hint: 'another machine may be in between; when {host} was installed anew, remove line {line} of {file} and connect again',
  },
  HOST_KEY_REVOKED: {
    sentence:
      '{host} ({address}, port {port}) shows the host key {fingerprint}, which is revoked ({file}, line {line})',
    hint: 'do not connect; find out who revoked the key, and give {host} a new host key',
  },
  HOST_KEY_SWITCHED: {
    sentence:
      'the connection to {host} was ended: its host key changed during a rekey, from {accepted} to {shown}',
    hint: 'another machine may have taken over the connection: find out who changed the host key before you run again; what was running on {host} may still run',
  },
  HOST_IS_ANOTHER: {
    sentence:
      '{host} ({address}, port {port}) is not the machine that the run began with: its {what} was {expected}, and is {actual}',
    hint: 'correct the address of {host} in the site file, so that it names that machine again; where it is the same machine with a new {what}, resume or roll back with --same-machine {host}',
  },
  LOGIN_REFUSED: {
    sentence: '{host} does not let {user} log in: {reason}; tried: {methods}',
    hint: 'add the public key to authorized_keys of {user} on {host}, or name another key file or user in the site file',
  },
  KEY_FILE_MISSING: {
    sentence: '{host}: there is no key file {file}',
    hint: 'name the private key with "key" of {host} in the site file, or make one with ssh-keygen -t ed25519',
  },
  KEY_FILE_UNREADABLE: {
    sentence: '{host}: the key file {file} cannot be used: {reason}',
    hint: 'the file must hold a private key in OpenSSH, PEM or PKCS#8 form, and this user must be allowed to read it',
  },
  KEY_OF_PUTTY: {
    sentence: '{host}: the key file {file} is in a PuTTY format that Shadowtape does not read',
    hint: 'convert it with: puttygen {file} -O private-openssh -o {file}.openssh; and name that file with "key" of {host} in the site file',
  },
  KEY_CIPHER_UNKNOWN: {
    sentence: '{host}: the key file {file} is encrypted with {cipher}, which Shadowtape cannot open',
    hint: 'encrypt it anew with: ssh-keygen -p -Z aes256-ctr -f {file}; or load it into an ssh agent with ssh-add {file}',
  },
  KEY_PASSPHRASE_WRONG: {
    sentence: '{host}: the passphrase does not open the key file {file}',
    hint: 'try again, or load the key into an ssh agent with ssh-add {file}',
  },
  KEY_PASSPHRASE_MISSING: {
    sentence: '{host}: the key file {file} needs a passphrase, and none was given',
    hint: 'load the key into an ssh agent with ssh-add {file}, or start shadowtape where it can ask',
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
    hint: 'check the network and {host} itself; what was running there may still run',
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
    hint: 'no terminal and no session recorder may be between sshd and the commands of {user} on {host}; exempt that user, or name another one under "user" of {host} in the site file',
  },
  LOGIN_SHELL_UNUSABLE: {
    sentence: '{host}: the login of {user} does not run the commands that it is sent: {reason}',
    hint: 'name a user under "user" of {host} in the site file whose login shell runs commands, and to whom no ForceCommand of sshd_config and no command= of authorized_keys applies',
  },
  COMMAND_TIMED_OUT: {
    sentence: '{command} on {host} did not end within {limit}',
    hint: 'log in to {host} and see what {command} waits for. It was sent a signal to stop, but may still run: check its effect before you send it again. timeLimits in the job gives its step more time',
  },
  COMMAND_OUTPUT_CUT: {
    sentence:
      '{command} on {host} ended {how}, but its output did not end: what it printed may be incomplete',
    hint: 'run the command on {host} by hand; where something that it starts keeps the output open, for example a login script, redirect the output of that',
  },
  QUERY_UNANSWERED: {
    sentence: '{host} has not answered {command} for {time}: {reason}',
    hint: 'check the network and {host} itself; the state of its objects is not known until it answers',
  },
  COMMAND_OUTPUT_TOO_LONG: {
    sentence: '{command} on {host} printed more than {limit} bytes',
    hint: 'run the command on {host} by hand and see why it prints so much',
  },
  COMMAND_CANCELLED: {
    sentence: '{command} on {host} was cancelled',
    hint: 'check on {host} that it has stopped before the same device is used again',
  },
  REMOTE_COMMAND_FAILED: {
    sentence: '{command} on {host} ended {how}',
    hint: 'see what {command} printed, and run it on {host} by hand',
  },
  ARGUMENT_FORBIDDEN: {
    sentence: 'a command line cannot be made: {reason}',
    hint: 'look for an odd character in the names of the site file',
  },
  SSH_CONFIG_BROKEN: {
    sentence: 'the ssh configuration of {host} cannot be read: {reason}',
    hint: 'correct the file; "ssh -G {alias}" shows how OpenSSH reads it',
  },
  SSH_CONFIG_UNSUPPORTED: {
    sentence: '{host} cannot be reached as the ssh configuration says: {reason}',
    hint: '{remedy}',
  },
  KNOWN_HOSTS_UNWRITABLE: {
    sentence: 'the host key of {host} cannot be kept in {file}: {reason}',
    hint: 'make the folder of {file} writable for the user who runs shadowtape',
  },
  // ---- notifications -------------------------------------------------------------------------------------------
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
  LAB_OPTION_WITH_SITE: {
    sentence: '{option} is for the embedded lab, and --site names a site of its own',
    hint: 'leave one of them out',
  },
  // ---- the embedded lab ----------------------------------------------------------------------------------------
  LAB_FOLDER_BUSY: {
    sentence: 'the lab in {folder} is already running (process {pid})',
    hint: 'use that one, stop it, or give this lab a folder of its own',
  },
  LAB_FOLDER_FOREIGN: {
    sentence: '{folder} does not hold a lab that this version can read',
    hint: 'give the lab an empty folder, or remove this one',
  },
  LAB_PLATFORM_OTHER: {
    sentence: 'the lab in {folder} runs {actual}, not {wanted}',
    hint: 'add --fresh-lab, which removes that lab and makes a new one, or leave --platform out',
  },
  LAB_DISK_FULL: {
    sentence: 'the lab needs {needed} MiB in {folder}, and {free} MiB are free there',
    hint: 'make room, give the lab a folder on another file system, or make its volumes smaller',
  },
  LAB_PORT_TAKEN: {
    sentence: 'the lab cannot listen on port {port} of 127.0.0.1: {reason}',
    hint: 'give another port, or 0 for any that is free',
  },
  LAB_FAULT_UNKNOWN: {
    sentence: 'there is no fault "{fault}"',
    hint: 'faults of the lab: {faults}',
  },
  LAB_FAULT_VALUE_WRONG: {
    sentence: 'the fault "{fault}" cannot be switched on: {reason}',
    hint: 'a fault is written NAME or NAME=VALUE, for example tape-error=100 or fail=node1:sdxproxy Part',
  },

  // ---- data path and tape --------------------------------------------------------------------------------------
  STAGE_NOT_FINISHED: {
    sentence: 'the result of the {stage} was asked before its stream had ended',
    hint: 'this is a bug in the program: report it',
  },
  RECORD_SIZE_WRONG: {
    sentence: 'a record of {recordBytes} bytes cannot be written',
    hint: 'a record has 512 to 1048576 bytes, a multiple of 512; the guide uses 32768',
  },
  BUFFER_OPTIONS_WRONG: {
    sentence: 'a buffer of {bytes} bytes that starts at a fill of {startAt} cannot work',
    hint: 'give it at least one byte, and a start above 0 and up to 1',
  },
  DUMP_SOURCE_FAILED: {
    sentence: 'reading stopped after {bytes} bytes: {reason}',
    hint: 'see the output of the reading command; nothing on this tape can be trusted: find the cause, then dump again',
  },
  DUMP_NOT_CLOSED: {
    sentence: '{tool} ended with exit status 0, but {reason}',
    hint: 'what it wrote is no backup: find the cause in what it printed, then dump again',
  },
  FILES_SKIPPED: {
    sentence:
      '{tool} ended with exit status 0, but {count} files are not on the tape as they are in the volume: {files}',
    hint: 'remove these files, or accept that they are missing (onSkippedFiles: warn), then dump again',
  },
  DUMP_SOURCE_EMPTY: {
    sentence: 'nothing came from the volume, although its reader ended well',
    hint: 'check that the shadow volume is started and that the command reads the right device',
  },
  DUMP_SOURCE_SIZE_DIFFERS: {
    sentence: '{actual} bytes came from the volume, which has {expected} bytes',
    hint: 'compare the sizes of the shadow volume and of the proxy volume; the tape is not complete: dump again',
  },
  DUMP_DIGESTS_DIFFER: {
    sentence: 'what was sent to tape is not what was read: {actual} instead of {expected}',
    hint: 'the data changed inside this machine, which points at its memory; do not trust this tape',
  },
  DATA_THREAD_ENDED: {
    sentence: 'the thread that moves the data of {host} ended: {reason}',
    hint: 'start the run again; if it ends again, check the free memory of this machine',
  },
  COPY_CANCELLED: {
    sentence: 'the copy was cancelled after {bytes} bytes',
    hint: 'what the tape holds is not complete; start the dump again',
  },
  TAR_UNREADABLE: {
    sentence: 'the tar archive cannot be read at byte {offset}: {reason}',
    hint: 'see what tar printed; find the cause, then dump again',
  },
  TAR_INCOMPLETE: {
    sentence: 'the tar archive ends after {offset} bytes without its closing blocks',
    hint: 'tar was cut short although it ended well; check the mounted file system, then dump again',
  },
  TAR_SIZE_DIFFERS: {
    sentence: 'the device was to give {size} bytes, but gave {comparison} {bytes}',
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
    hint: 'wait until the other program has ended, or end it; then try again',
  },
  TAPE_NOT_LOADED: {
    sentence: 'no cartridge is ready in the tape drive: {reason}',
    hint: 'insert a cartridge, wait until the drive is ready, then try again',
  },
  TAPE_COUNT_MISSING: {
    sentence: 'dd ended well but did not say how many records it copied',
    hint: 'see its output; without a count the tape is not taken as complete',
  },
  TAPE_RECORDS_MISCOUNTED: {
    sentence: 'dd wrote {actual} to the tape instead of {expected}',
    hint: 'do not trust this tape; dump again, and check the drive if it happens twice',
  },
  TAPE_READ_FAILED: {
    sentence: 'reading the tape back failed: {reason}',
    hint: 'an error is never the end of the data: clean the drive and read again; if it stays, dump to another cartridge',
  },
  TAPE_RECORD_TOO_LONG: {
    sentence: 'the tape has records longer than the read size: {reason}',
    hint: 'read with the record size that was written, or a larger one',
  },
  TAPE_READBACK_MISCOUNTED: {
    sentence: 'the tape gave back {actual} instead of {expected}',
    hint: 'check that the tape is at the right file; if it is, dump again',
  },
  TAPE_SERVER_GARBLED: {
    sentence: 'the tape server answered {said}, which is no answer of rmt',
    hint: 'the login shell of the user must print nothing when a command is run, and the command must be rmt',
  },
  TAPE_SERVER_ENDED: {
    sentence: 'the tape server ended before it had answered {unanswered}: {reason}',
    hint: 'see its output, and check that rmt is installed and may use the device; what the tape holds is not complete',
  },
  NEXT_TAPE_NEEDED: {
    sentence: 'an operator must insert {words} into {device} on {host}, and nobody can be asked',
    hint: 'run where a terminal is, or name tape.changer or tape.nextTape in the site file',
  },
  CHANGER_UNREADABLE: {
    sentence: 'mtx on {host} does not show what is in {device}',
    hint: 'try mtx -f DEVICE status there; the site file names it in tape.changer',
  },
  CHANGER_EMPTY: {
    sentence: 'no slot of the changer {device} on {host} is left whose tape was not tried',
    hint: 'put blank tapes into the changer, and run again',
  },
  DRIVE_NAME_LATE: {
    sentence: '{host} did not say that {device} is the drive {name} before the run was planned',
    hint: 'run again: the host answers now',
  },
  CHANGER_DRIVE_UNNAMED: {
    sentence:
      'the changer {changer} on {host} has {count} drives, and the site file does not name the one that is {device}',
    hint: 'set tape.changerDrive to its number: with a tape in one drive alone, compare mtx -f CHANGER status (Data Transfer Element N:Full) with mt -f DEVICE status',
  },
  CHANGER_DRIVE_MISSING: {
    sentence: 'the changer {changer} on {host} has no drive {drive}: its drives are {drives}',
    hint: 'set tape.changerDrive to the number of Data Transfer Element in mtx -f CHANGER status',
  },
  CHANGER_DRIVE_IS_ANOTHER: {
    sentence: 'a tape is in {device} on {host}, and drive {drive} of the changer {changer} is empty',
    hint: 'set tape.changerDrive to the number of the drive that mtx -f CHANGER status shows as Full, and tape.changer to the changer that has this drive',
  },
  CHANGER_FULL: {
    sentence:
      'the cartridge in drive {drive} of the changer {changer} on {host} has no empty slot to go back to',
    hint: 'remove a cartridge from the changer, then run again',
  },
  TAPE_TOO_SMALL: {
    sentence: 'two tapes in a row, {tapes}, have not taken a single record',
    hint: 'insert cartridges that are empty, or that may be overwritten from the beginning',
  },
  TAPES_MISCOUNTED: {
    sentence: 'the tapes took {actual} instead of {expected}',
    hint: 'do not trust these tapes; dump again, and report it if it happens twice',
  },
  SEARCH_UNREADABLE: {
    sentence: 'the search cannot be read at character {at}: {reason}',
    hint: 'words are looked for everywhere; what holds a space or a colon goes between quotes',
  },
  FILE_UNNAMED: {
    sentence: '"{text}" names no file',
    hint: 'give a base name, a path as it is in the archive, or a pattern: * and ? match anything but a slash, ** matches anything',
  },
} as const satisfies Record<string, ErrorEntry>;

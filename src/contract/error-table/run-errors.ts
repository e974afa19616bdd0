/** What keeps a run from starting or from its good end. Part of the error table (error-table.ts). */
export const runErrors = {
  APPROVAL_REFUSED: {
    sentence: 'the approval of run {run} does not count: {reason}',
    hint: 'a second person whose key is in {signers} signs with: shadowtape approve {run}',
    onScreen: 'somebody else, whose key is in {signers}, signs the text on the Verification screen',
  },
  APPROVAL_NOT_AWAITED: {
    sentence: 'run {run} does not wait for the approval of a second person',
    hint: 'see its state with: shadowtape show {run}',
    onScreen: 'the Run screen shows its state',
  },
  // ---- checks of proxy and shadow ----
  CHECK_FAILED: {
    sentence: 'step {step}: {title}: expected {expected}, seen {actual}',
    hint: '{remedy}',
    onScreen: '{remedyOnScreen}',
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
  JOB_DISKS_DIFFER: {
    sentence: '{proxy} is on {actual}, but the job names {named} for its shadow',
    hint: 'name each disk of the group in jobs.{job}.shadow.disks, with its device on the backup server',
  },
  // ---- locks ----
  CLASS_LOCKED: {
    sentence: '{class} is locked on {host} by run {run} of {owner}',
    hint: 'wait until that run ends; shadowtape locks shows whether its process is running. If it is not, or the run needs action, resume or roll back that run where it was started: shadowtape resume {run}, shadowtape rollback {run}. To discard it instead: shadowtape unlock {class} --discard {run}',
    onScreen:
      'wait until that run ends. Where its process is gone or it needs action, resume or roll it back on the console that started it',
  },
  LOCK_OF_UNKNOWN_RUN: {
    sentence:
      '{name} is locked on {host} by run {run} of {owner}; no process works on that run, and this state folder has no readable journal of it',
    hint: 'resume or roll back the run with the state folder that has its journal: shadowtape --state DIR resume {run}, shadowtape --state DIR rollback {run}; or discard it: {discard}',
    onScreen: 'resume the run or roll it back on the console that has its journal',
  },
  DISCARD_OTHER_RUN: {
    sentence: '{class} is locked on {host} by run {locked}, not by run {run}',
    hint: 'shadowtape locks shows the run of each lock; name that run with --discard',
    onScreen: 'run {locked} holds the lock: open that run',
  },
  CLASS_LOCKED_NAMELESS: {
    sentence: '{class} is locked on {host}, and the lock names no owner',
    hint: 'check whether a run is just starting; if not, remove the lock with shadowtape unlock {class}',
    onScreen:
      'check whether a run is just starting; if not, the lock is removed on the command line, see docs/recovery.md',
  },
  LOCK_LOST: {
    sentence: 'step {step}: the lock of {class} on {host} {now}; nothing more was changed',
    hint: 'find out who removed or took it: shadowtape locks shows who holds {class}. When nobody else works on {class}, resume or roll back the run: shadowtape resume {run}, shadowtape rollback {run}',
    onScreen:
      'find out who removed or took it. When nobody else works on {class}, resume the run or roll it back',
  },
  DRIVE_LOCK_LOST: {
    sentence: 'step {step}: the lock of the drive {drive} on {host} {now}; nothing more was written to tape',
    hint: 'find out who removed or took it: shadowtape locks shows who holds {drive}. {tape} may now hold data of somebody else',
    onScreen: 'find out who removed or took it. {tape} may now hold data of somebody else',
  },
  DRIVE_LOCKED_NAMELESS: {
    sentence: 'the drive {device} on {host} is locked, and the lock names no owner',
    hint: 'check whether a run or a tape command is just starting; if not, remove the lock with shadowtape unlock {device}',
    onScreen:
      'check whether a run or a tape command is just starting; if not, the lock is removed on the command line, see docs/recovery.md',
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
    onScreen: 'somebody released or took it in the meantime; try again',
  },
  UNLOCK_NOT_CONFIRMED: {
    sentence: 'the lock of {name} was not removed because nobody confirmed it',
    hint: 'type the name of the class or drive when asked; without a terminal use --yes',
  },
  DRIVE_IN_USE: {
    sentence: 'the drive {device} on {host} is in use: {user}',
    hint: 'wait until it ends; {remedy}',
    onScreen: 'wait until it ends; {remedyOnScreen}',
  },
  // ---- the end of a run ----
  OPERATOR_NEEDED: {
    sentence: 'the job needs an answer from an operator ({question}), and there is no terminal',
    hint: '{remedy}',
  },
  OPERATOR_DECLINED: {
    sentence: 'step {step}: {by} chose to stop',
    hint: 'start the run again when ready',
  },
  RESYNCHRONISATION_FAILED: {
    sentence: 'the copy from {master} to {proxy} has failed: {actual}',
    hint: 'see "Slice Status Abnormality" in the GDS guide; {master} itself was only read',
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
    onScreen: 'read the tape back before you trust it',
  },
  QUESTION_OVER: {
    sentence: 'the question was answered, or the run continued without it',
    hint: 'open the run; if it asks another question, answer that one',
  },
  // ---- recovery ----
  RUN_INTERRUPTED: {
    sentence: 'run {run} of job {job} {how}; it may have left {class} parted, or a shadow on {host}{dump}',
    hint: '{remedies}',
    onScreen: '{remediesOnScreen}',
  },
  PART_NOT_PROVEN: {
    sentence:
      'sdxinfo shows {proxies} as parted, and nothing proves that this run parted {proxies}: the command that parts failed, or its answer was lost',
    hint: 'find out who parted {proxies}. If it was this run, roll it back with shadowtape rollback {run} --own-part. If it was somebody else, discard the run: shadowtape unlock {class} --discard {run}',
    onScreen:
      'find out who parted {proxies}. If it was this run, choose "This run parted {proxies}: roll back". If it was somebody else, discard the run: the Plan screen offers it when a backup is started',
  },
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
    onScreen: 'wait until it ends; if that process is no longer running, take over its lock here',
  },
  RUN_LEFT_UNREAD: {
    sentence:
      'run {run} was interrupted, or needs an operator, and its journal cannot be read: {reason}. It may have left {class} parted, or a shadow on the backup server',
    hint: 'check both with sdxinfo, and roll back by hand what run {run} has left. Then move its journal out of the state folder',
  },
  RUN_LATER_UNREAD: {
    sentence: 'run {later} may have parted {proxy} after run {run}: {reason}',
    hint: 'the current state may not be that of run {run}. Find out whether run {later} has parted {proxy}, or anybody since. If nobody has, move the journal of run {later} out of the state folder, then try again',
  },
  RUN_LATEST_UNKNOWN: {
    sentence: 'which run is the latest is not known: the beginning of {file} cannot be read',
    hint: 'name the run that you mean: shadowtape runs lists all of them',
    onScreen: 'choose the run that you mean from the list of runs',
  },
  RUN_SUPERSEDED: {
    sentence: 'run {later} parted {proxy} after run {run}: the current state is not that of run {run}',
    hint: 'check the later run with shadowtape show {later}; if it failed, roll that one back',
    onScreen: 'open run {later}; if it failed, roll that one back',
  },
  RUN_NOT_PAUSABLE: {
    sentence: 'the dump of run {run} cannot be paused or continued: {reason}',
    hint: 'shadowtape runs shows which runs are running. limit of the job slows a dump down from its beginning',
    onScreen:
      'the history shows which runs are running. limit of the job slows a dump down from its beginning',
  },
  RUN_NOT_LIVE: {
    sentence: 'run {run} is not running in this console',
    hint: 'it has ended, or another process runs it: check with shadowtape runs and shadowtape locks',
    onScreen: 'it has ended, or another process runs it: the history shows which',
  },
  RUN_IS_LIVE: {
    sentence: 'run {run} is running in this console',
    hint: 'wait until it ends, or stop it; it needs no resume',
  },
} as const;

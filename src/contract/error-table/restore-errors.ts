/** What keeps a restore from starting or from its good end. Part of the error table (error-table.ts). */
export const restoreErrors = {
  PLAN_OF_TWO: {
    sentence: 'a plan is of one job, and "{first}" and "{second}" are named',
    hint: 'name one job; or plan a restore: shadowtape plan restore RUN',
  },
  RESTORE_UNSUPPORTED: {
    sentence: 'run {run} cannot be restored by this release: {reason}',
    hint: 'docs/restore.md lists what can be restored. Nothing was touched',
  },
  RESTORE_NOT_CONFIRMED: {
    sentence: 'the restore of run {run} replaces {master}, and --replace does not name it',
    hint: 'check that {master} is the volume to be replaced. Then add --replace {master}, together with --yes where nobody can be asked',
    onScreen: 'check that {master} is the volume to be replaced, then choose it',
  },
  RESTORE_REPLACES_FEWER: {
    sentence: 'the restore of run {run} replaces {masters}, and --replace also names {others}',
    hint: 'check that {masters} is all that must be replaced. Then name nothing else: --replace {option}',
    onScreen: 'check that {masters} is all that must be replaced, then choose nothing else',
  },
  RESTORE_MASTER_NOT_NAMED: {
    sentence: 'run {run} backed up several volumes, and --replace names {named}. Their masters: {masters}',
    hint: 'name each master to restore with --replace; those that must show the same instant, such as the volumes of one database, together',
    onScreen:
      'choose each master to restore; those that must show the same instant, such as the volumes of one database, together',
  },
  RESTORE_SEVERAL_RUNS: {
    sentence: 'a restore takes the volumes of one run, and these are in several: {runs}',
    hint: 'each run shows another instant, so restore them one after the other: {commands}. Services start after each; to keep them stopped until the last, set services: ask in the jobs, and start them yourself',
  },
  RESTORE_PAIR_DIFFERS: {
    sentence: 'run {run} does not fit the site: it wrote {what} {then}, and now it is {now}',
    hint: 'restore the pair and the job as they were when run {run} was written. A volume of another size or on other disks is not overwritten',
  },
  RESTORE_PROXY_PARTED: {
    sentence: '{proxy} is parted, and no journal here proves that it was parted with pjrm=off',
    hint: 'with pjrm=on, GDS would not copy to the master what the backup server writes, and would not report that. Find out who parted {proxy}. Its data may be newer than the tape: rejoin it only if it is not needed (sdxproxy Rejoin), then restore again',
  },
  RESTORE_PART_UNREAD: {
    sentence: '{proxy} was parted by run {proof}, and run {run} may have parted it again: {reason}',
    hint: 'with pjrm=on a restore leaves out what the backup server writes, unnoticed. Find out whether run {run} has parted {proxy}, or anybody since. If nobody has, move its journal out of the state folder, then restore again',
  },
  RESTORE_PROXIES_DIFFER: {
    sentence: '{parted} is parted, and {joined} is joined: they cannot be restored together',
    hint: 'restore {parted} first, or rejoin it if its data is not needed (sdxproxy Rejoin). Then restore again',
  },
  RESTORE_PROXY_JOINED: {
    sentence: '{proxy} is joined to {master}: it holds what {master} holds',
    hint: 'restore from tape: shadowtape restore {run}',
    onScreen: 'restore from tape instead',
  },
  RESTORE_DIFFERS: {
    sentence:
      'step {step}: {volume} as read {where} is not the backup of run {run}: {what}: expected {expected}, seen {actual}',
    hint: '{remedy}',
  },
  RESTORE_WRITE_FAILED: {
    sentence: 'step {step}: writing {volume} through the shadow failed: {reason}',
    hint: 'the proxy now holds incomplete data, and {master} is unchanged. Find the cause on {host}, then restore again',
  },
  RESTORE_FILES_DIFFER: {
    sentence:
      'step {step}: {count} of {total} files on {volume} are not as the backup of run {run} has them: {files}',
    hint: '{master} is unchanged. Check with dmesg on {host} whether the disks of {volume} have errors, then restore again',
  },
  RESTORE_DEVICE_WRONG: {
    sentence: 'step {step}: {device} on {host} is not a character device',
    hint: 'dd would write a file instead of the volume. Check with ls -lL {device} on {host} why the device file is missing. Nothing was written',
  },
  RESTORE_MASTER_HELD: {
    sentence: 'step {step}: {master} cannot be stopped: {holders}',
    hint: 'nothing was copied to {master}. End what uses it, or add its command to services.stop of the job; then restore again: shadowtape restore {run}',
    onScreen:
      'nothing was copied to {master}. End what uses it, or add its command to services.stop of the job; then restore again',
  },
  RESTORE_COPY_FAILED: {
    sentence: 'the copy from {proxy} to {master} has failed: {actual}',
    hint: '{master} holds a mixture of old and restored data: do not start it. The lines below show what can be done',
  },
  RESTORE_NODE_REBOOTED: {
    sentence: 'step {step}: {node} rebooted since {master} was stopped',
    hint: 'a rebooted node starts its volumes. Nothing was copied. Check {node}, then restore again',
  },
  RESTORE_PENDING: {
    sentence: 'a restore of {class} is not finished: run {run} is marked on {host}',
    hint: 'the proxy may hold restored data that its master does not have: do not rejoin it. Restore again with shadowtape restore, where run {run} was started; or discard that restore: shadowtape unlock {class} --discard {run}',
    onScreen:
      'the proxy may hold restored data that its master does not have: do not rejoin it. Restore the backup again on the console where run {run} was started',
  },
} as const;

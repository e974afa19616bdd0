/** Restoring files and images. Part of the error table (error-table.ts). */
export const restoreFileErrors = {
  // ---- what is to be restored ----
  RESTORE_UNNAMED: {
    sentence: 'nothing to restore is named',
    hint: 'name a run, paths as shadowtape where shows them, or a file of the tape in the drive with --tape-file',
  },
  RESTORE_PLACE_UNNAMED: {
    sentence: 'no place to restore to is named',
    hint: 'for files and images, add --to DIR, --to FILE or --to HOST:/PATH; for a volume on the cluster, name its run alone',
  },
  RESTORE_OPTION_MISFIT: {
    sentence: '{option} has no meaning {form} --to',
    hint: 'with --to, files and images are restored; without it, a volume on the cluster. shadowtape restore --help lists the options of both',
  },
  RESTORE_NOWHERE: {
    sentence: '{file} is in no file list{until}',
    hint: 'shadowtape where shows which runs hold a file; a run that has no file list must be named: shadowtape restore RUN PATH --to DIR',
    onScreen: 'search the files of the history for it; a run without a file list must be chosen itself',
  },
  RESTORE_NOTHING_FOUND: {
    sentence: 'the file list of run {run} does not have {what}',
    hint: 'shadowtape where shows which runs hold a file',
    onScreen: 'search the files of the history: they show which runs hold it',
  },
  RESTORE_DATE_UNREADABLE: {
    sentence: '"{asOf}" is neither a run nor a date',
    hint: 'name a run, a day such as 2026-11-28, or a time such as 2026-11-28T18:00:00+00:00',
  },
  RESTORE_AS_OF_UNUSED: {
    sentence: '--as-of chooses a run, and run {run} is named',
    hint: 'leave out the run or --as-of',
  },
  RESTORE_VOLUME_UNKNOWN: {
    sentence: 'run {run} did not back up {volume}',
    hint: 'its volumes are: {names}',
  },
  RESTORE_VOLUME_NOT_NAMED: {
    sentence: 'run {run} has several volumes: {names}',
    hint: 'name one of them with --volume',
    onScreen: 'choose one of them',
  },
  RESTORE_DUMP_TAKEN_WHOLE: {
    sentence: 'run {run} wrote {volume} with method {method}, of which Shadowtape restores no single files',
    hint: 'leave out the paths to restore all of it into a folder of a host, then take what you need; or use {tool} by hand: docs/restore-by-hand.md',
  },
  RESTORE_DUMP_NEEDS_HOST: {
    sentence: 'nothing can be restored to {target}: only {tool} reads this backup',
    hint: 'name a new or empty folder of a host of the site that has {tool}: --to HOST:/DIR',
    onScreen: 'choose a host of the site that has {tool}, and a new or empty folder on it',
  },
  RESTORE_IMAGE_HAS_NO_FILES: {
    sentence: 'run {run} wrote {volume} as an image, in which single files are not known',
    hint: 'leave out the paths to restore the whole image into a file',
  },
  RESTORE_TAPE_FILE_UNSUPPORTED: {
    sentence: 'file {file} of the tape in {device} on {host} cannot be restored: it holds {holds}',
    hint: 'shadowtape identify shows what each file of the tape is',
  },
  // ---- where it goes ----
  RESTORE_HOST_UNKNOWN: {
    sentence: '{host} is not a host of the site',
    hint: 'its hosts are: {hosts}. A path of this computer with a colon is written ./{to}',
  },
  RESTORE_PATH_RELATIVE: {
    sentence: 'the path in {to} is not absolute',
    hint: 'write HOST:/PATH',
  },
  RESTORE_TARGET_UNUSABLE: {
    sentence: 'nothing can be restored to {target}: {reason}',
    hint: 'name another place with --to',
    onScreen: 'enter another place',
  },
  RESTORE_TARGET_EXISTS: {
    sentence: '{target} already exists',
    hint: 'name another file with --to; or, if its contents may be lost, add --overwrite always',
    onScreen: 'enter another file; or, if its contents may be lost, choose to overwrite it always',
  },
  RESTORE_FOLDER_NOT_EMPTY: {
    sentence: '{target} is not empty',
    hint: 'name a folder that is new or empty: the tar of a host would overwrite files',
  },
  RESTORE_OVERWRITE_UNSUPPORTED: {
    sentence: '--overwrite {overwrite} does not apply to {what}',
    hint: 'an image takes never or always. Files on a host go to a new or empty folder; on this computer all three values apply',
  },
  RESTORE_SEVERAL_DUMPS: {
    sentence: 'the newest backups of these files are on {count} dumps, and a host takes one at a time',
    hint: 'restore them one after the other, each into a folder of its own',
  },
  RESTORE_DEVICE_REFUSED: {
    sentence: 'Shadowtape does not write to the device {target}: {reason}',
    hint: 'an image (method 6a) can go to /dev/rdsk/cNtNdNsN of a Solaris host, or /dev/NAME of a Linux host. For anything else restore to a file, and copy that by hand: docs/restore-by-hand.md',
  },
  RESTORE_DEVICE_NOT_FREE: {
    sentence: '{target} is not free: {reason}',
    hint: 'name a device that nothing uses and that GDS does not have',
  },
  RESTORE_DEVICE_UNKNOWN: {
    sentence: 'it is not known whether {target} is free: {reason}',
    hint: 'restore to a file of {host} instead, and copy it to the device by hand: docs/restore-by-hand.md',
  },
  RESTORE_DEVICE_SMALL: {
    sentence: '{target} has {size}, and the image has {needed}',
    hint: 'name a device that has room for the whole image',
  },
  RESTORE_DEVICE_NOT_CONFIRMED: {
    sentence: 'the data of {target} would be lost, and --replace does not name {device}',
    hint: 'check that {device} on {host} is the device to be overwritten. Then add --replace {device}',
    onScreen: 'check that {device} on {host} is the device to be overwritten, then type its path',
  },
  RESTORE_NO_SPACE: {
    sentence: '{target} has {free} free, and {needed} are needed',
    hint: 'free some space, or name another place with --to',
    onScreen: 'free some space, or enter another place',
  },
  RESTORE_SPACE_UNKNOWN: {
    sentence: 'df does not say how much space {target} has: {said}',
    hint: 'name a folder on a local file system of that host',
  },
  RESTORE_RECORD_UNWRITABLE: {
    sentence: 'the record {file} cannot be written: {reason}',
    hint: 'free some space, or keep the state elsewhere with --state DIR',
    onScreen: 'free some space in the state folder, then start again',
  },
  RESTORE_RECORD_UNREADABLE: {
    sentence: 'the record of the restore, {file}, cannot be read: {reason}',
    hint: 'the history screen lists all restores that have a record',
  },
  RESTORE_NOT_LIVE: {
    sentence: 'restore {restore} is not running in this console',
    hint: 'if it has ended, its record shows the result. If another process performs it, stop it where it was started',
  },
  // ---- while it is restored ----
  RESTORE_READ_FAILED: {
    sentence: 'the backup cannot be read: {reason}',
    hint: 'clean the drive and restore again; or restore from another run, which shadowtape where and shadowtape runs show',
    onScreen: 'clean the drive and restore again; or choose another backup',
  },
  RESTORE_TAPE_DIFFERS: {
    sentence: 'the tape does not hold what run {run} wrote: expected {expected}, read {actual}',
    hint: 'do not trust this tape, or what was restored from it; restore from another run',
  },
  RESTORE_FILE_DIFFERS: {
    sentence: '{file} was not written as the archive has it: SHA-256 {actual} instead of {expected}',
    hint: 'check the disk of the target, then restore again',
  },
  RESTORE_DEVICE_UNREAD: {
    sentence: '{target} cannot be read back: {reason}',
    hint: 'nothing proves what {target} holds. Check its disk, then restore again',
  },
  RESTORE_IMAGE_DIFFERS: {
    sentence: '{target} was not written as it was sent: {what} {actual} instead of {expected}',
    hint: 'check the disk of the target, then restore again',
  },
  RESTORE_FILE_UNWRITABLE: {
    sentence: '{file} cannot be written: {reason}',
    hint: 'free some space or name another place with --to, then restore again',
    onScreen: 'free some space or enter another place, then restore again',
  },
  RESTORE_CANCELLED: {
    sentence: 'the restore was canceled',
    hint: 'what was written stays and is listed; restore again to get the rest',
  },
  DRILL_UNNAMED: {
    sentence: 'a drill takes one run, and no paths',
    hint: 'shadowtape restore RUN --drill reads all of its tapes; --volume names one volume',
  },
  DRILL_IF_DUE_ALONE: {
    sentence: '--if-due has no meaning without --drill',
    hint: 'shadowtape restore JOB --drill --if-due drills the newest verified run of a job; shadowtape run JOB --if-due runs a job',
  },
  DRILL_OF_RESTORE: {
    sentence: 'run {run} is a restore, and a drill reads a backup',
    hint: 'drill the newest backup of {job} that can be read: shadowtape restore {backup} --drill',
    onScreen: 'choose the newest backup of {job} that can be read: {backup}',
  },
  DRILL_NEEDS_HOST: {
    sentence: 'a drill cannot extract this backup below {target}: only {tool} reads it',
    hint: 'name a folder of a host of the site that has {tool}: --to HOST:/DIR. Without --to the drill only reads the tape',
    onScreen: 'choose a host of the site that has {tool}, or let the drill only read the tape',
  },
  DRILL_NOT_EXTRACTED: {
    sentence:
      'the tape holds what run {run} wrote of {volume}, but not all of it was extracted: {count} of its entries, first {file}: {reason}',
    hint: 'its record names each of them. Extract it on a host: shadowtape restore {run} --drill --to HOST:/DIR. If that fails, too, back the volume up again',
    onScreen:
      'its record names each of them. Extract the backup on a host of the site. If that fails, too, back the volume up again',
  },
  DRILL_SCRATCH_LEFT: {
    sentence: 'the scratch folder {scratch} of the drill may still exist: {reason}',
    hint: 'remove it by hand when you have seen what is in it',
  },
  DRILL_CANCELLED: {
    sentence: 'the drill of run {run} was canceled',
    hint: 'it proves nothing. Start it again: shadowtape restore {run} --drill',
    onScreen: 'it proves nothing; start the drill again',
  },
  RESTORE_NOTHING_WRITTEN: {
    sentence: 'the archive holds nothing of what was named',
    hint: 'shadowtape where shows which runs hold a file',
    onScreen: 'search the files of the history: they show which runs hold it',
  },
} as const;

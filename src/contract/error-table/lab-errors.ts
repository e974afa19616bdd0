/** The embedded lab. Part of the error table (error-table.ts). */
export const labErrors = {
  LAB_OPTION_WITH_SITE: {
    sentence: '{option} is for the embedded lab and cannot be used with --site',
    hint: 'leave out one of them',
  },
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
    hint: '{nearest}faults of the lab: {faults}',
  },
  LAB_FAULT_VALUE_WRONG: {
    sentence: 'the fault "{fault}" cannot be enabled: {reason}',
    hint: 'a fault is written NAME or NAME=VALUE, for example tape-error=100 or fail=node1:sdxproxy Part',
  },
  LAB_NOT_HERE: {
    sentence: 'the lab cannot be changed here: {reason}',
    hint: 'open the embedded lab in the process that runs it',
  },
  LAB_DRIVE_BUSY: {
    sentence: 'the cartridge cannot be moved: a program has the drive open',
    hint: 'wait until the run has closed the drive, then try again',
  },
} as const;

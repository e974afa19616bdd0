/** The embedded lab. Part of the error table (error-table.ts). */
export const labErrors = {
  LAB_OPTION_WITH_SITE: {
    sentence: '{option} is for the embedded lab, and --site names a site of its own',
    hint: 'leave one of them out',
  },
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
} as const;

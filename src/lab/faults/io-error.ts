/** Errors of devices and files inside the lab, in the words of a Solaris host. */

export const words = {
  EACCES: 'Permission denied',
  EBADF: 'Bad file number',
  EBUSY: 'Device busy',
  EEXIST: 'File exists',
  EINTR: 'Interrupted system call',
  EINVAL: 'Invalid argument',
  EIO: 'I/O error',
  EISDIR: 'Is a directory',
  ELOOP: 'Number of symbolic links encountered during path name traversal exceeds MAXSYMLINKS',
  ENOENT: 'No such file or directory',
  ENOMEM: 'Not enough space',
  ENOSPC: 'No space left on device',
  ENOTDIR: 'Not a directory',
  ENOTEMPTY: 'File exists',
  ENXIO: 'No such device or address',
  EPIPE: 'Broken pipe',
  EROFS: 'Read-only file system',
} as const;

export type IoErrorCode = keyof typeof words;

/** What a system call on a lab host answers. `message` is the text of perror(). */
export class IoError extends Error {
  readonly code: IoErrorCode;

  constructor(code: IoErrorCode) {
    super(words[code]);
    this.name = 'IoError';
    this.code = code;
  }
}

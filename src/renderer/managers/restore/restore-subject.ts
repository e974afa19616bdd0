/** The subject of a restore in its address: `RUN`, `RUN,VOLUME` or `RUN,VOLUME,PATH`. Pure. */

export interface RestoreSubject {
  readonly run: string;
  /** The proxy volume. */
  readonly volume?: string | undefined;
  /** As the file search shows it. */
  readonly path?: string | undefined;
}

/** Names of runs and volumes have no comma; a path may have one. */
export function restoreSubjectOf(text: string | undefined): RestoreSubject | undefined {
  const [, run = '', volume, path] = /^([^,]*)(?:,([^,]*)(?:,(.*))?)?$/s.exec(text ?? '') ?? [];
  if (run === '') return undefined;
  return { run, ...(volume ? { volume } : {}), ...(path ? { path } : {}) };
}

export const restoreSubjectText = ({ run, volume, path }: RestoreSubject): string =>
  [run, ...(volume === undefined ? [] : [volume, ...(path === undefined ? [] : [path])])].join(',');

/**
 * The command lines that extract an archive into a folder of a host and send the folder's contents back, on both
 * platforms. Pure.
 */

/** In the shell that every host has. */
const inFolder = (folder: string, script: string): string[] => [
  'sh',
  '-c',
  `cd "$1" && ${script}`,
  'sh',
  folder,
];

/** tar extracts what it is sent. */
export const extractCommand = (folder: string): string[] => inFolder(folder, 'exec tar xpf -');

/** tar sends back what the folder holds. */
export const sendBackCommand = (folder: string): string[] => inFolder(folder, 'exec tar cf - .');

/**
 * Rebuilds a whole file system from its dump in an empty folder (illumos ufsrestore(8), `r`): unlike `x` it does not
 * prompt.
 * @param tool ufsrestore or sfxrestore: function letters and keys are alike (GFS guide 4.2)
 */
export const restoreDumpCommand = (tool: string, folder: string): string[] =>
  inFolder(folder, `exec ${tool} rf -`);

/** What `r` leaves for dumps of higher levels (illumos ufsrestore(8), restoresymtable). */
export const symbolTableOf = (folder: string): string => `${folder}/restoresymtable`;

/**
 * Removes a folder with all it holds. Links are removed, not followed. Only root removes what is in a folder that its
 * owner may not change, so such folders are opened up where the first attempt leaves any; rm -f says nothing of them on
 * Solaris (rm(1)), so that the folder is gone is asked itself.
 */
export const removeTreeCommand = (folder: string): string[] => {
  const remove = 'rm -rf "$1"; test ! -d "$1"';
  const openUp = 'find "$1" -type d ! -perm -700 -exec chmod u+rwx {} ";"';
  return ['sh', '-c', `${remove} || { ${openUp}; ${remove}; }`, 'sh', folder];
};

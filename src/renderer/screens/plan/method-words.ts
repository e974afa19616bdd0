/** The guide's methods of a dump (GDS guide 6.6.3.7, steps 6a to 6e). */
export const methodWords: Readonly<Record<string, string>> = {
  '6a': 'raw device, with dd',
  '6b': 'ufs, with tar',
  '6c': 'ufs, with ufsdump',
  '6d': 'sfxfs, with tar',
  '6e': 'sfxfs, with sfxdump',
};

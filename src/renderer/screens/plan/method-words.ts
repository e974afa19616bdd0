import type { SiteInfo } from '../../../contract/screens.ts';

type Platform = SiteInfo['platform'];

/** The guide's methods of a dump (GDS guide 6.6.3.7, steps 6a to 6e), and those that exist on Linux. */
const words: Readonly<Record<Platform, Readonly<Record<string, string>>>> = {
  solaris: {
    '6a': 'raw device, with dd',
    '6b': 'ufs, with tar',
    '6c': 'ufs, with ufsdump',
    '6d': 'sfxfs, with tar',
    '6e': 'sfxfs, with sfxdump',
  },
  linux: { '6a': 'raw device, with dd', '6b': 'ext3, with tar', '6c': 'ext3, with dump' },
};

/** The methods of a platform, each with what it backs up and how; those of Solaris as long as the site is not known. */
export const methodWordsOn = (platform: Platform = 'solaris') => words[platform];

import type { SiteInfo } from '../../../contract/screens.ts';
import { say } from '../../../contract/text/say.ts';

type Platform = SiteInfo['platform'];

/** The guide's methods of a dump (GDS guide 6.6.3.7, steps 6a to 6e), and those that exist on Linux. */
const words: Readonly<Record<Platform, Readonly<Record<string, string>>>> = {
  solaris: {
    '6a': say('raw device, with dd'),
    '6b': say('ufs, with tar'),
    '6c': say('ufs, with ufsdump'),
    '6d': say('sfxfs, with tar'),
    '6e': say('sfxfs, with sfxdump'),
  },
  linux: { '6a': say('raw device, with dd'), '6b': say('ext3, with tar'), '6c': say('ext3, with dump') },
};

/** The methods of a platform, each with what it backs up and how; those of Solaris while the site is not known. */
export const methodWordsOn = (platform: Platform = 'solaris') => words[platform];

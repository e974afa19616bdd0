/** Locales of this machine in which its dd answers in a language other than English. */
import { spawnSync } from 'node:child_process';

/** What glibc calls ENOSPC, which dd passes on; coreutils 9.1 leaves dd's counts in English in Japanese. */
export const noSpaceWords = {
  'de_DE.UTF-8': 'Auf dem Gerät ist kein Speicherplatz mehr verfügbar',
  'fr_FR.UTF-8': 'Aucun espace disponible sur le périphérique',
  'ja_JP.UTF-8': 'デバイスに空き領域がありません',
} as const;

export type TestedLocale = keyof typeof noSpaceWords;
export const testedLocales = Object.keys(noSpaceWords) as TestedLocale[];

/** English messages of dd in spite of LANG: the locale, or coreutils' catalog of it, is not installed. */
function speaksEnglish(locale: TestedLocale): boolean {
  const { stderr } = spawnSync('dd', ['if=/dev/zero', 'of=/dev/full', 'count=1'], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], LANG: locale },
  });
  return !stderr.includes(noSpaceWords[locale]) || stderr.includes('writing to');
}

const lacking = testedLocales.filter(speaksEnglish);

/** What is not installed, and how to install it; undefined if everything is. */
export const missingLocales: string | undefined =
  lacking.length === 0
    ? undefined
    : `no ${lacking.join(', ')}: apt install locales, then localedef -i de_DE -f UTF-8 de_DE.UTF-8 and the like`;

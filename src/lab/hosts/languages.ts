import type { ByteWriter } from './open-file.ts';
import type { IoErrorCode } from '../faults/io-error.ts';
import { words } from '../faults/io-error.ts';

/** The languages in which commands of a lab host can answer. They change only the messages on standard error. */

interface Language {
  /** Includes the space after the count: French has a no-break space there. */
  readonly recordsIn: string;
  readonly recordsOut: string;
  readonly errors: Readonly<Partial<Record<IoErrorCode, string>>>;
}

/** The words of GNU dd, by the locales' languages; those of system errors are glibc 2.36's. */
const languages: Readonly<Record<string, Language>> = {
  // coreutils 9.1
  de: {
    recordsIn: ' Datensätze ein',
    recordsOut: ' Datensätze aus',
    errors: {
      EACCES: 'Keine Berechtigung',
      EBUSY: 'Das Gerät oder die Ressource ist belegt',
      EEXIST: 'Die Datei existiert bereits',
      EINVAL: 'Das Argument ist ungültig',
      EIO: 'Eingabe-/Ausgabefehler',
      ENOENT: 'Datei oder Verzeichnis nicht gefunden',
      ENOSPC: 'Auf dem Gerät ist kein Speicherplatz mehr verfügbar',
      ENXIO: 'Kein passendes Gerät bzw. keine passende Adresse gefunden',
      EROFS: 'Das Dateisystem ist nur lesbar',
    },
  },
  // coreutils 9.1
  fr: {
    recordsIn: '\u00a0enregistrements lus',
    recordsOut: '\u00a0enregistrements écrits',
    errors: {
      EACCES: 'Permission non accordée',
      EBUSY: 'Périphérique ou ressource occupé',
      EEXIST: 'Le fichier existe',
      EINVAL: 'Argument invalide',
      EIO: "Erreur d'entrée/sortie",
      ENOENT: 'Aucun fichier ou dossier de ce type',
      ENOSPC: 'Aucun espace disponible sur le périphérique',
      ENXIO: 'Aucun périphérique ou adresse',
      EROFS: 'Système de fichiers accessible en lecture seulement',
    },
  },
  // coreutils 8; the Japanese catalog of 9.1 leaves the counts in English.
  ja: {
    recordsIn: ' レコード入力',
    recordsOut: ' レコード出力',
    errors: {
      EACCES: '許可がありません',
      EBUSY: 'デバイスもしくはリソースがビジー状態です',
      EEXIST: 'ファイルが存在します',
      EINVAL: '無効な引数です',
      EIO: '入力/出力エラーです',
      ENOENT: 'そのようなファイルやディレクトリはありません',
      ENOSPC: 'デバイスに空き領域がありません',
      ENXIO: 'そのようなデバイスやアドレスはありません',
      EROFS: '読み込み専用ファイルシステムです',
    },
  },
};

/** The English texts of glibc for errors that Solaris words differently. */
export const englishOfLinux: Language = {
  recordsIn: ' records in',
  recordsOut: ' records out',
  errors: {
    EBADF: 'Bad file descriptor',
    EBUSY: 'Device or resource busy',
    EIO: 'Input/output error',
    ENOMEM: 'Cannot allocate memory',
  },
};

/** Locales that a lab host can be given. */
export const knownLocales = ['de_DE.UTF-8', 'fr_FR.UTF-8', 'ja_JP.UTF-8'] as const;

/** The language of a process's messages; undefined for English. LC_ALL wins over LC_MESSAGES, and that over LANG (setlocale(3)). */
export function languageOf(environment: ReadonlyMap<string, string>): Language | undefined {
  const locale = ['LC_ALL', 'LC_MESSAGES', 'LANG'].map((name) => environment.get(name) ?? '').find(Boolean);
  return knownLocales.some((known) => known === locale) ? languages[locale?.slice(0, 2) ?? ''] : undefined;
}

/** A standard error in another language. Binary data passes unchanged. */
export function inLanguage(errors: ByteWriter, language: Language | undefined): ByteWriter {
  if (!language) return errors;
  const translated = (text: string) =>
    Object.entries(language.errors).reduce(
      (done, [code, word]) => done.replaceAll(words[code as IoErrorCode], word),
      text
        .replaceAll(/(?<=\d) records in\b/g, language.recordsIn)
        .replaceAll(/(?<=\d) records out\b/g, language.recordsOut),
    );
  return { write: (bytes) => errors.write(typeof bytes === 'string' ? translated(bytes) : bytes) };
}

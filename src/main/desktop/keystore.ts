/** Secrets that the operator lets keep: encrypted by the system's keystore, in a file of the state folder. */
import { safeStorage } from 'electron';
import { z } from 'zod';
import { readSmallFile, writeSmallFile } from '../application/small-file.ts';
import type { Keystore } from '../desk/login-questions.ts';
import { phrase } from '../../contract/text/say.ts';

const fileSchema = z.record(z.string(), z.base64());

/** Without a keyring Electron would encrypt with a password that everybody knows (safeStorage, basic_text). */
function refusalOf(): string | undefined {
  const noKeyring = phrase('secrets are kept for this session only: the system has no keyring');
  if (!safeStorage.isEncryptionAvailable()) return noKeyring;
  if (process.platform !== 'linux') return undefined;
  return ['basic_text', 'unknown'].includes(safeStorage.getSelectedStorageBackend()) ? noKeyring : undefined;
}

export class SystemKeystore implements Keystore {
  readonly refusal = refusalOf();
  readonly #file: string;

  /** To be made once Electron is ready. */
  constructor(file: string) {
    this.#file = file;
  }

  get(name: string): string | undefined {
    const kept = this.#read()[name];
    try {
      return kept === undefined ? undefined : safeStorage.decryptString(Buffer.from(kept, 'base64'));
    } catch {
      // Of another keyring: it is asked again.
      return undefined;
    }
  }

  set(name: string, secret: string | undefined): void {
    const kept = this.#read();
    if (secret === undefined) delete kept[name];
    else kept[name] = safeStorage.encryptString(secret).toString('base64');
    writeSmallFile(this.#file, kept);
  }

  #read(): Record<string, string> {
    return readSmallFile(this.#file, fileSchema) ?? {};
  }
}

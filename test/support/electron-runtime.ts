import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Why the tests of the desktop window cannot run here; undefined if they can. */
export interface ElectronRuntime {
  readonly executable: string;
  readonly missing: string | undefined;
}

/** The runtime in ELECTRON_OVERRIDE_DIST_PATH, otherwise the one that Electron's package has downloaded. */
export function electronRuntime(): ElectronRuntime {
  const folder =
    process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(process.cwd(), 'node_modules', 'electron', 'dist');
  const executable = join(folder, 'electron');
  if (!existsSync(executable)) return { executable, missing: 'no Electron runtime: npx install-electron' };
  if (!process.env['DISPLAY'] && process.platform === 'linux') {
    return { executable, missing: 'no screen: apt install xvfb, then xvfb-run -a npm test' };
  }
  return { executable, missing: undefined };
}

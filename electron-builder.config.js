/** How the desktop application is packed: an archive of the built program, and a runtime that starts nothing else. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.env.ELECTRON_OVERRIDE_DIST_PATH;

/** A runtime that is there already is taken instead of being downloaded. */
const runtime = folder
  ? { electronDist: folder, electronVersion: readFileSync(join(folder, 'version'), 'utf8').trim() }
  : {};

export default {
  appId: 'org.shadowtape.console',
  productName: 'Shadowtape',
  directories: { output: 'dist', buildResources: 'resources' },
  files: ['out/**', 'package.json', 'LICENSE'],
  asar: true,
  // Everything that is needed at run time is JavaScript.
  npmRebuild: false,
  nodeGypRebuild: false,
  ...runtime,
  electronFuses: {
    runAsNode: false,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableCookieEncryption: true,
    onlyLoadAppFromAsar: true,
    enableEmbeddedAsarIntegrityValidation: true,
    // The pages are modules, which a file may load with these alone; what files they are main decides (desktop/own-pages.ts).
    grantFileProtocolExtraPrivileges: true,
  },
  linux: {
    target: ['AppImage', 'deb'],
    category: 'System',
    synopsis: 'Backs PRIMECLUSTER GDS volumes up to tape through a backup server',
    maintainer: 'Shadowtape',
  },
  win: { target: ['nsis'] },
  nsis: { oneClick: false, allowToChangeInstallationDirectory: true },
  mac: { target: ['dmg'], category: 'public.app-category.utilities' },
};

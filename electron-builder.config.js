/** How the desktop application is packed: an archive of the built program, and a runtime that starts nothing else. */
import { readFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';

const folder = process.env.ELECTRON_OVERRIDE_DIST_PATH;

/** A runtime that is there already is taken instead of being downloaded. */
const runtime = folder
  ? { electronDist: folder, electronVersion: readFileSync(join(folder, 'version'), 'utf8').trim() }
  : {};

/** Who makes the package answers for it: named as Debian's own tools name him. */
const maintainer = `${process.env.DEBFULLNAME ?? userInfo().username} <${process.env.DEBEMAIL ?? `${userInfo().username}@${hostname()}`}>`;

/** What the built program is started with; a test reads it back from the program. */
export const fuses = {
  runAsNode: false,
  enableNodeOptionsEnvironmentVariable: false,
  enableNodeCliInspectArguments: false,
  enableCookieEncryption: true,
  onlyLoadAppFromAsar: true,
  enableEmbeddedAsarIntegrityValidation: true,
  // The pages are modules, which a file may load with these alone; what files they are main decides (desktop/own-pages.ts).
  grantFileProtocolExtraPrivileges: true,
};

export default {
  appId: 'org.shadowtape.console',
  productName: 'Shadowtape',
  directories: { output: 'dist', buildResources: 'resources' },
  files: [
    'out/**',
    'package.json',
    'LICENSE',
    'SECURITY.md',
    'docs/**',
    // The fonts' license asks that its text goes with them.
    'resources/licenses/**',
    // ssh2's native addons are optional, and not built.
    '!node_modules/{cpu-features,nan}/**',
    // A report is set in these three faces alone (src/main/report/typesetter.ts).
    '!node_modules/@expo-google-fonts/noto-sans-jp/{1,2,3,5,6,8,9}00*/**',
    '!node_modules/@expo-google-fonts/jetbrains-mono/{1,2,3,5,6,7,8}00*/**',
    '!node_modules/@expo-google-fonts/jetbrains-mono/*_Italic/**',
    '!node_modules/@expo-google-fonts/**/*.png',
  ],
  asar: true,
  // Everything that is needed at run time is JavaScript.
  npmRebuild: false,
  nodeGypRebuild: false,
  ...runtime,
  electronFuses: fuses,
  // deb names a page in any case; a site that publishes its packages names its own.
  extraMetadata: { homepage: process.env.SHADOWTAPE_HOMEPAGE ?? 'https://localhost/shadowtape' },
  linux: {
    target: ['AppImage', 'deb'],
    category: 'System',
    synopsis: 'Backs PRIMECLUSTER GDS volumes up to tape through a backup server',
    maintainer,
    icon: 'resources/icon.png',
  },
  win: { target: ['nsis'] },
  nsis: { oneClick: false, allowToChangeInstallationDirectory: true },
  mac: { target: ['dmg'], category: 'public.app-category.utilities' },
};

/** What another administrator does to the lab during a run, with their own commands. */
import type { Scene } from './lab-run.ts';
import { smallBlocks } from './lab-run.ts';
import { onHost } from './lab-shell.ts';

const words = (lines: readonly string[]) => lines.map((line) => line.split(' '));

const onBackupServer = (scene: Scene, ...lines: string[]) => onHost(scene, 'node3', ...words(lines));
const onCluster = (scene: Scene, ...lines: string[]) => onHost(scene, 'node1', ...words(lines));

const register = [
  'sdxshadowdisk -M -c Class2 -d c1t1d3=Disk3',
  'sdxshadowdisk -C -c Class2 -g Group2 -d Disk3',
];
const shadowOf = (blocks: number) => `sdxshadowvolume -M -c Class2 -g Group2 -v Volume2 -s ${blocks}`;
const volume = shadowOf(smallBlocks);
const removeVolume = ['sdxshadowvolume -F -c Class2 -v Volume2', 'sdxshadowvolume -R -c Class2 -v Volume2'];
/** An object before the volume, so that it begins at other blocks. */
const gap = 'sdxshadowvolume -M -c Class2 -g Group2 -v Gap -s 2048';
const removeGap = ['sdxshadowvolume -F -c Class2 -v Gap', 'sdxshadowvolume -R -c Class2 -v Gap'];

/** The shadow volume is removed and made again, at other blocks. @param blocks size of the volume */
export const rebuildElsewhere = (scene: Scene, blocks = smallBlocks) =>
  onBackupServer(scene, ...removeVolume, gap, shadowOf(blocks), ...removeGap);

/** The backup server reboots, and the shadow is built at other blocks. */
export async function rebootAndBuildElsewhere(scene: Scene): Promise<void> {
  await scene.lab.rebootNode('node3');
  await onBackupServer(scene, ...register, gap, volume, ...removeGap);
}

/** The backup server reboots, and the shadow is built as it was. */
export async function rebootAndBuildAgain(scene: Scene): Promise<void> {
  await scene.lab.rebootNode('node3');
  await onBackupServer(scene, ...register, volume);
}

/** The shadow volume is stopped. @returns the error of the command */
export const stopShadow = (scene: Scene): Promise<string> =>
  onBackupServer(scene, 'sdxshadowvolume -F -c Class2 -v Volume2').then(
    () => 'it was stopped',
    (error: Error) => error.message,
  );

/** Ends a process of the backup server. */
export const killOnServer = (scene: Scene, pid: number) => onHost(scene, 'node3', ['kill', String(pid)]);

/** The proxy is rejoined, receives what an application has written, and is parted and stopped again. */
export async function rejoinPartStop(scene: Scene): Promise<void> {
  await rejoin(scene);
  await scene.lab.copyingFinished();
  await onCluster(
    scene,
    'sdxproxy Part -c Class1 -p Volume2 -a pjrm=off',
    'sdxvolume -F -c Class1 -v Volume2 -e allnodes',
  );
}

/** The proxy is rejoined, under the shadow. */
export const rejoin = (scene: Scene) => onCluster(scene, 'sdxproxy Rejoin -c Class1 -p Volume2');

/** Somebody mounts the shadow to check a file. */
export const mountShadow = (scene: Scene) =>
  onBackupServer(scene, 'mkdir /look', 'mount -F ufs -o ro /dev/sfdsk/Class2/dsk/Volume2 /look');

export const unmountShadow = (scene: Scene) => onBackupServer(scene, 'umount /look', 'rmdir /look');

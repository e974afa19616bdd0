/** Changes of a site file outlive the screen. */
import { bridge } from '../../bridge.ts';
import { Asked } from '../../managers/asked.svelte.ts';
import { HostProbes } from '../../managers/host-probes.svelte.ts';
import { LineCheck } from '../../managers/line-check.svelte.ts';
import { SiteEditor } from '../../managers/site-editor.svelte.ts';

export const editor = new SiteEditor(bridge);
/** Of the first site: started next to the open site. */
export const firstSite = new SiteEditor(bridge);
export const siteCheck = new LineCheck(bridge, 'check');
/** Of the site that is open. */
export const siteProbes = new HostProbes(bridge);
export const firstProbes = new HostProbes(bridge);
/** The hosts that ~/.ssh/config names. */
export const sshHosts = new Asked(bridge, 'sshHosts');

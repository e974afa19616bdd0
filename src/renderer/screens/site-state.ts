/** What is changed in a site file outlives the screen. */
import { bridge } from '../bridge.ts';
import { SiteEditor } from '../managers/site-editor.svelte.ts';

export const editor = new SiteEditor(bridge);
/** Of the first site: begun beside whatever site is open. */
export const firstSite = new SiteEditor(bridge);

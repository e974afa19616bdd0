/** Sizes, rates and times of the volumes over all runs. */
import { bridge } from '../bridge.ts';
import { Asked } from './asked.svelte.ts';

export const trends = new Asked(bridge, 'trends');

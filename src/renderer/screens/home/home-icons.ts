/** The icons of protection: overdue, missed and failed share a color, with different shapes. */
import Check from '@lucide/svelte/icons/check';
import Circle from '@lucide/svelte/icons/circle';
import ClockAlert from '@lucide/svelte/icons/clock-alert';
import OctagonAlert from '@lucide/svelte/icons/octagon-alert';
import TriangleAlert from '@lucide/svelte/icons/triangle-alert';
import X from '@lucide/svelte/icons/x';
import type { Protection } from '../../../contract/protection.ts';

export const homeIcons: Readonly<Record<Protection, typeof Check>> = {
  protected: Check,
  unknown: Circle,
  failed: X,
  overdue: TriangleAlert,
  missed: ClockAlert,
  'action required': OctagonAlert,
};

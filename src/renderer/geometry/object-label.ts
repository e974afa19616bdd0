/** What a screen reader says of an object of the picture. */
import type { PictureItem } from './layout-parts.ts';

const roles = { master: 'master volume', proxy: 'proxy volume', shadow: 'shadow volume', plain: 'volume' };

export function objectLabel(item: PictureItem): string {
  switch (item.kind) {
    case 'node':
      return `${item.name}, ${item.note}`;
    case 'class':
      return `class ${item.name}, ${item.note}`;
    case 'group':
      return `group ${item.name}, ${item.note}${item.folded ? ', folded' : ''}`;
    case 'disk':
      return [`disk ${item.name}`, item.device, item.ghost ? 'not a shadow disk yet' : item.status]
        .filter((text) => text !== '')
        .join(', ');
    case 'tape':
      return `tape drive ${item.name}`;
    case 'extent': {
      const role = item.role === 'private' || item.role === 'free' ? item.role : roles[item.role];
      return `${role} ${item.name}, ${item.status}`;
    }
  }
}

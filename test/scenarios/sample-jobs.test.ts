import { expect, test } from 'vitest';
import { testLab } from '../../src/lab/lab.test-support.ts';
import { labSite } from '../../src/lab/lab-site.ts';
import { brokenRules } from '../../src/main/site/site-rules.ts';
import { siteSchema } from '../../src/main/site/site-schema.ts';

test('the sample jobs of the lab name their proxies, and every disk below them', async () => {
  const { lab, end } = await testLab();
  try {
    const site = siteSchema.parse(labSite(lab));
    expect(brokenRules('site.yaml', site)).toEqual([]);
    const described = Object.entries(site.jobs).map(([name, { method, volumes, shadow }]) => [
      name,
      method,
      volumes.map(({ proxy }) => proxy).join(' '),
      Object.entries(shadow.disks).join(' '),
    ]);
    expect(described).toEqual([
      ['raw-dd', '6a', 'Volume2', 'Disk3,c1t1d3'],
      ['ufs-tar', '6b', 'Volume2', 'Disk3,c1t1d3'],
      ['ufsdump', '6c', 'Volume2', 'Disk3,c1t1d3'],
      ['sfxfs-tar', '6d', 'Volume4', 'Disk6,c1t1d6'],
      ['sfxdump', '6e', 'Volume4', 'Disk6,c1t1d6'],
      ['three-volumes', '6a', 'Volume2 Volume4 Volume6', 'Disk3,c1t1d3 Disk6,c1t1d6'],
      ['striped', '6a', 'Volume8', 'Disk11,c1t1d11 Disk12,c1t1d12'],
      ['concatenated', '6a', 'Volume10', 'Disk14,c1t1d14 Disk15,c1t1d15'],
      ['single-disk', '6a', 'Volume12', 'Disk17,c1t1d17'],
      ['stand-in', '6c', 'Volume6', 'Disk6,c1t1d6'],
    ]);
    expect(site.jobs['striped']).toMatchObject({
      services: 'not-needed',
      shadow: { stripeWidth: { Group6a: 32 } },
    });
    expect(site.jobs['three-volumes']).toMatchObject({
      media: { layout: 'labelled' },
      services: {
        nodes: {
          node1: {
            stop: [
              ['umount', '/app'],
              ['umount', '/data'],
              ['umount', '/home'],
            ],
            resume: [
              ['mount', '/home'],
              ['mount', '/data'],
              ['mount', '/app'],
            ],
          },
        },
      },
    });
  } finally {
    await end();
  }
});

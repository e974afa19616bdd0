import { describe, expect, it } from 'vitest';
import { resumeCommands } from '../plan/steps-3-4-part.ts';
import type { RunMarks } from './run-marks.ts';
import { begun } from './run-story.test-support.ts';
import type { StepCommand } from './step.ts';

describe('the services', () => {
  const stopping = () => begun().step('3-2', 'part');
  const command = (host: string, line: string): StepCommand => ({
    host,
    argv: line.split(' '),
    guide: false,
    changes: true,
  });

  it('count as stopped where their stop command exited 0, or its end is not known', () => {
    const { servicesStopped } = stopping()
      .sent('3-2', 'node1', 'app stop', 0)
      .sent('3-2', 'node2', 'app stop', 1)
      .sent('3-2', 'node2', 'umount /app', undefined).marks;
    expect(servicesStopped).toEqual([
      { host: 'node1', place: 0, line: 'app stop', sure: true },
      { host: 'node2', place: 1, line: 'umount /app', sure: false },
    ]);
  });

  it('count as stopped until step 3-4 is done', () => {
    const stopped = () =>
      stopping()
        .sent('3-2', 'node1', 'umount /app', 0)
        .step('3-4', 'part')
        .sent('3-4', 'node1', 'mount /app', 0);
    expect(stopped().marks).toMatchObject({
      servicesStopped: [{ host: 'node1' }],
      servicesResumed: [{ host: 'node1', line: 'mount /app' }],
    });
    expect(stopped().finished('3-4', 'failed').marks.servicesStopped).toHaveLength(1);
    expect(stopped().finished('3-4').marks.servicesStopped).toEqual([]);
  });

  it('that were stopped a second time, in a resumed run, are stopped once', () => {
    const once = () =>
      stopping().sent('3-2', 'node1', 'app stop', 0).brokenOff('3-2', 'node1', 'umount /app');
    expect(once().step('3-2', 'part').sent('3-2', 'node1', 'umount /app', 0).marks.servicesStopped).toEqual([
      { host: 'node1', place: 0, line: 'app stop', sure: true },
      { host: 'node1', place: 1, line: 'umount /app', sure: true },
    ]);
  });

  it('that were resumed and stopped again are stopped, and the earlier resume no longer counts', () => {
    const again = stopping()
      .sent('3-2', 'node1', 'umount /app', 0)
      .step('3-4', 'part')
      .sent('3-4', 'node1', 'mount /app', 0)
      .finished('3-4')
      .step('3-2', 'part')
      .sent('3-2', 'node1', 'umount /app', 0);
    expect(again.marks).toMatchObject({ servicesStopped: [{ line: 'umount /app' }], servicesResumed: [] });
  });

  it('whose end was seen afterwards count as seen', () => {
    const settled = (ended: 'good' | 'bad') =>
      stopping().brokenOff('3-2', 'node1', 'umount /app').settled(ended).marks.servicesStopped;
    expect(settled('bad')).toEqual([]);
    expect(settled('good')).toMatchObject([{ line: 'umount /app', sure: true }]);
  });

  it('are the operator’s until they are confirmed as resumed', () => {
    const asked = () => stopping().answered('3-2', 'services-stopped', 'stopped');
    expect(asked().marks.operatorStopped).toBe(true);
    expect(asked().answered('verify', 'approve-shadow', 'approve').marks.operatorStopped).toBe(true);
    expect(asked().answered('3-4', 'services-resumed', 'resumed').marks.operatorStopped).toBe(false);
    expect(stopping().answered('3-2', 'services-stopped', 'stop').marks.operatorStopped).toBe(false);
  });

  describe('to be resumed', () => {
    const stops = [
      command('node1', 'app stop'),
      command('node1', 'umount /app'),
      command('node2', 'app stop'),
    ];
    const owed = (resumes: readonly StepCommand[], marks: RunMarks) =>
      resumeCommands(stops, resumes)
        .filter((resume) => !resume.isDone?.({ primaries: [], backup: undefined }, marks))
        .map(({ host, argv }) => `${host} ${argv.join(' ')}`);

    it('are those whose own stop command was sent, the last first, where stops and resumes are equal in number', () => {
      const resumes = [
        command('node1', 'mount /app'),
        command('node1', 'app start'),
        command('node2', 'app start'),
      ];
      expect(
        owed(
          resumes,
          stopping().sent('3-2', 'node1', 'app stop', 0).sent('3-2', 'node1', 'umount /app', 1).marks,
        ),
      ).toEqual(['node1 app start']);
      const all = stopping()
        .sent('3-2', 'node1', 'app stop', 0)
        .sent('3-2', 'node1', 'umount /app', 0)
        .sent('3-2', 'node2', 'app stop', 0);
      expect(owed(resumes, all.marks)).toEqual(['node1 mount /app', 'node1 app start', 'node2 app start']);
      expect(
        owed(resumes, all.sent('3-4', 'node1', 'mount /app', 0).sent('3-4', 'node1', 'app start', 1).marks),
      ).toEqual(['node1 app start', 'node2 app start']);
    });

    it('are all of a node as soon as anything was stopped there, where the numbers differ', () => {
      const resumes = [
        command('node1', 'all start'),
        command('node2', 'all start'),
        command('node2', 'app start'),
      ];
      expect(owed(resumes, stopping().sent('3-2', 'node1', 'app stop', 0).marks)).toEqual([
        'node1 all start',
      ]);
    });
  });
});

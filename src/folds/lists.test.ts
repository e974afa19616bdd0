/** A plan as text, and two runs next to each other. */
import { describe, expect, it } from 'vitest';
import type { Plan, PlannedStep } from '../contract/plan.ts';
import { compareRuns, stepDiffers } from './compare-runs.ts';
import { fixtureEvents } from './journals.test-support.ts';
import { foldCommands, planScript } from './plan-script.ts';
import { foldRun } from './run/run-fold.ts';

const rawDd = foldRun(fixtureEvents('raw-dd'));

function planned(step: string, phase: string, more: Partial<PlannedStep> = {}): PlannedStep {
  const rest = { endangers: undefined, operator: undefined, leftOut: undefined, runAs: [], commands: [] };
  return { step, phase, title: `Step ${step}`, why: 'it is needed', source: 'the guide', ...rest, ...more };
}

describe('a plan as text', () => {
  const command = (line: string, host = 'node1') => ({ host, argv: [], line, guide: true });
  const whole: Plan = {
    site: 'lab',
    job: 'raw-dd',
    method: '6a',
    route: 'console',
    volume: 'Volume2',
    bytes: 536_870_912,
    routes: [],
    looks: [],
    steps: [
      planned('3-2', 'part', { leftOut: 'services: not-needed', commands: [command('umount /app')] }),
      planned('3-3', 'part', {
        title: 'Part\nrm -rf /',
        endangers: 'there is no copy',
        commands: [command('sdxproxy Part'), command('sdxinfo'), command('ls', 'node3')],
      }),
    ],
  };

  it('names the host before its lines, and cannot be run as a whole', () => {
    expect(planScript(whole).split('\n')).toEqual([
      '#!/bin/sh',
      '# Job raw-dd of lab: Volume2, 512 MiB, method 6a, route console',
      '# These lines belong to several hosts. Run each on the host named above it, and check its result before the next one.',
      "echo 'the lines of this plan belong to several hosts: run each on the host named above it' >&2",
      'exit 1',
      '',
      '# 3-2  Step 3-2',
      '#     it is needed',
      '#     skipped: services: not-needed',
      '',
      '# 3-3  Part rm -rf /',
      '#     it is needed',
      '#     Warning: there is no copy',
      '# on node1:',
      'sdxproxy Part',
      'sdxinfo',
      '# on node3:',
      'ls',
      '',
    ]);
  });

  it('folds long lists of like commands', () => {
    const many = Array.from({ length: 64 }, (_, at) => command(`dd iseek=${at}`));
    expect(foldCommands(many).shown).toHaveLength(2);
    expect(foldCommands(many).folded).toHaveLength(62);
    expect(foldCommands(many.slice(0, 8)).folded).toEqual([]);
  });
});

describe('two runs next to each other', () => {
  it('shows what differs in fact, time and command', () => {
    const { facts, steps: compared } = compareRuns(rawDd, foldRun(fixtureEvents('three-volumes')));
    expect(facts.find(({ name }) => name === 'Layout')).toEqual({
      name: 'Layout',
      one: 'plain',
      other: 'labelled',
      differs: true,
    });
    expect(facts.find(({ name }) => name === 'Site')?.differs).toBe(false);
    const part = compared.find(({ step }) => step === '3-3');
    expect(part?.onlyOther).toEqual([
      'node1 # sdxproxy Part -c Class1 -p Volume2,Volume4,Volume6 -a pjrm=off',
    ]);
    expect(compared.find(({ step }) => step === 'label')).toMatchObject({ one: undefined, onlyOther: [] });
  });

  it('finds no other command in a run and itself', () => {
    const { facts, steps: compared } = compareRuns(rawDd, rawDd);
    expect(facts.some(({ differs }) => differs)).toBe(false);
    expect(compared.flatMap(({ onlyOne, onlyOther }) => [...onlyOne, ...onlyOther])).toEqual([]);
  });

  it('counts a step as different where it was left out, its commands differ, or it took markedly longer', () => {
    const step = { step: '3-3', title: 'Part', one: 10_000, other: 11_000, onlyOne: [], onlyOther: [] };
    expect(stepDiffers(step)).toBe(false);
    expect(stepDiffers({ ...step, one: 100, other: 900 })).toBe(false);
    expect(stepDiffers({ ...step, other: 14_000 })).toBe(true);
    expect(stepDiffers({ ...step, other: undefined })).toBe(true);
    expect(stepDiffers({ ...step, onlyOther: ['node1 # sdxproxy Part'] })).toBe(true);
  });
});

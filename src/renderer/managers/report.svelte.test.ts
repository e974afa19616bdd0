import { afterEach, describe, expect, it, vi } from 'vitest';
import { fakeBridge, Refusal } from '../../../test/support/ui/fake-bridge.ts';
import type { ExportedFile, ReportDocument } from '../../contract/report.ts';
import { ProofManager } from './proof.svelte.ts';
import { ReportManager } from './report.svelte.ts';

const documentOf = (run: string) => ({ run, sections: [] }) as unknown as ReportDocument;

describe('the report', () => {
  afterEach(() => void vi.unstubAllGlobals());

  it('of one run is cleared while another one is read', async () => {
    const report = new ReportManager(fakeBridge({ report: ({ run }) => documentOf(run) }));
    report.show('run-1');
    await vi.waitFor(() => expect(report.asked.value?.run).toBe('run-1'));
    report.show('run-2');
    expect(report.asked.value).toBeUndefined();
    await vi.waitFor(() => expect(report.asked.value?.run).toBe('run-2'));
  });

  it("is saved under the console's name for it, or shows why it is not", async () => {
    const files: ExportedFile[] = [];
    const report = new ReportManager(
      fakeBridge({
        report: ({ run }) => documentOf(run),
        exportRun: ({ run, what, paper }) => {
          if (what === 'rates') throw new Refusal({ sentence: 'the run has no rates' });
          return { name: `${run}-${paper}.pdf`, type: 'application/pdf', base64: '' };
        },
      }),
      (file) => void files.push(file),
    );
    expect(await report.export({ what: 'pdf', paper: 'A4' })).toBeUndefined();
    report.show('run-1');
    expect(await report.export({ what: 'pdf', paper: 'Letter' })).toBe('run-1-Letter.pdf');
    expect(await report.export({ what: 'rates' })).toBeUndefined();
    expect(files.map(({ name }) => name)).toEqual(['run-1-Letter.pdf']);
    expect(report.exported.error?.sentence).toBe('the run has no rates');
  });

  it('opens automatically only if chosen, also the next time', () => {
    const kept = new Map<string, string>();
    vi.stubGlobal('localStorage', {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    });
    const report = new ReportManager(fakeBridge({}));
    report.restore();
    expect(report.opensAtEnd).toBe(false);
    report.opensAtEnd = true;
    const next = new ReportManager(fakeBridge({}));
    next.restore();
    expect(next.opensAtEnd).toBe(true);
  });
});

describe('the proof of a run', () => {
  it('is audited again once it is signed', async () => {
    const bridge = fakeBridge({
      audit: ({ run }) => [{ run, subject: 'journal', verdict: 'proven', sentence: 'good' }],
      sign: ({ run }) => ({ run, file: `${run}.sig`, signature: {} as never }),
    });
    const proof = new ProofManager(bridge);
    expect(await proof.sign()).toBe(false);
    proof.show('run-1');
    await vi.waitFor(() => expect(proof.audited.value).toHaveLength(1));
    expect(await proof.sign()).toBe(true);
    expect(bridge.asked.map(({ channel }) => channel)).toEqual(['audit', 'sign', 'audit']);
  });

  it("shows why it was not signed, and keeps the audit's verdict", async () => {
    const proof = new ProofManager(
      fakeBridge({
        audit: ({ run }) => [{ run, subject: 'journal', verdict: 'proven', sentence: 'good' }],
        sign: () => {
          throw new Refusal({ sentence: 'there is no key to sign with' });
        },
      }),
    );
    proof.show('run-1');
    await vi.waitFor(() => expect(proof.audited.value).toHaveLength(1));
    expect(await proof.sign()).toBe(false);
    expect([proof.error?.sentence, proof.audited.value?.length]).toEqual(['there is no key to sign with', 1]);
  });
});

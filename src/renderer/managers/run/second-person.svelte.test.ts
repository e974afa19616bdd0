import { describe, expect, it } from 'vitest';
import { fakeBridge, Refusal, type Answers } from '../../../../test/support/ui/fake-bridge.ts';
import type { ApprovalView } from '../../../contract/proof.ts';
import type { ExportedFile } from '../../../contract/report.ts';
import { SecondPerson } from './second-person.svelte.ts';

const view: ApprovalView = {
  run: 'run-1',
  operator: 'mika@console',
  signersFile: '/etc/allowed_signers',
  statement: 'Shadowtape approval\nquestion: Dump Lager-Größe?\n',
  fileName: 'run-1.statement',
  fileCommand: 'ssh-keygen run-1.statement',
  pipedCommand: 'printf x | ssh-keygen',
};

async function asked(answers: Answers) {
  const files: ExportedFile[] = [];
  const second = new SecondPerson(fakeBridge({ approval: () => view, ...answers }), (file) => {
    files.push(file);
  });
  await second.look('run-1');
  expect(second.view).toEqual(view);
  return { second, files };
}

describe('the approval of a second person', () => {
  it('is saved byte for byte as it is signed', async () => {
    const { second, files } = await asked({});
    second.save();
    const [file] = files;
    expect(file).toMatchObject({ name: 'run-1.statement', type: 'text/plain' });
    const bytes = Uint8Array.from(atob(file?.base64 ?? ''), (sign) => sign.charCodeAt(0));
    expect(new TextDecoder().decode(bytes)).toBe(view.statement);
  });

  it('sends the uploaded signature, and shows why one is rejected', async () => {
    const signatures: string[] = [];
    const { second } = await asked({
      approve: ({ signature }) => {
        signatures.push(signature);
        if (signature === 'wrong') throw new Refusal({ sentence: 'it is a signature of another text' });
        return { by: 'mary@example.com', keyType: 'ssh-ed25519', fingerprint: 'SHA256:m' };
      },
    });
    second.signature = 'wrong';
    expect(await second.give()).toBeUndefined();
    expect(second.error?.sentence).toBe('it is a signature of another text');
    await second.take(new Blob(['right']));
    expect(await second.give()).toMatchObject({ by: 'mary@example.com' });
    expect(second.error).toBeUndefined();
    expect(signatures).toEqual(['wrong', 'right']);
  });

  it('of an earlier question is not left in the field', async () => {
    const { second } = await asked({});
    second.signature = 'of the first question';
    void second.look('run-1');
    expect(second.signature).toBe('');
  });

  it('is empty, and not an error, if the run waits for nobody', async () => {
    const second = new SecondPerson(
      fakeBridge({
        approval: () => {
          throw new Refusal({ code: 'APPROVAL_NOT_AWAITED', sentence: 'run run-1 does not wait' });
        },
      }),
    );
    await second.look('run-1');
    expect([second.view, second.error]).toEqual([undefined, undefined]);
  });
});

import { describe, expect, it } from 'vitest';
import { machineDifference, movedWords, parseMachine, type HostIdentity } from './host-identity.ts';

const node: HostIdentity = {
  name: 'node3',
  address: '10.0.0.3',
  port: 22,
  hostKey: 'ssh-ed25519 SHA256:one',
  machine: 'hostid 80a1b2c3',
};

describe('the identity of a machine', () => {
  it('is the hostid on Solaris', () => {
    expect(parseMachine('solaris', '80a1b2c3\n')).toBe('hostid 80a1b2c3');
    expect(parseMachine('solaris', 'hostid: not found\n')).toBeUndefined();
  });

  it('is a digest of the machine-id on Linux, since the id itself must not leave its machine', () => {
    const id = '0123456789abcdef0123456789abcdef';
    expect(parseMachine('linux', `${id}\n`)).toBe('machine-id sha256:3eb1bd439947eb76');
    expect(parseMachine('linux', 'uninitialized\n')).toBeUndefined();
    expect(parseMachine('linux', '')).toBeUndefined();
  });
});

describe('a host', () => {
  it('is the same machine where key and machine agree, whatever its address is', () => {
    const moved = { ...node, address: '10.0.0.9', port: 2222 };
    expect(machineDifference(node, moved)).toBeUndefined();
    expect(movedWords(node, moved)).toBe(
      'node3 is reached at 10.0.0.9, port 2222, and was at 10.0.0.3, port 22; it is the same machine',
    );
    expect(movedWords(node, node)).toBeUndefined();
  });

  it('is a different machine where the host key differs', () => {
    expect(machineDifference(node, { ...node, hostKey: 'ssh-ed25519 SHA256:two' })).toEqual({
      what: 'host key',
      expected: 'ssh-ed25519 SHA256:one',
      actual: 'ssh-ed25519 SHA256:two',
    });
  });

  it('is a different machine where a clone shows the same host key', () => {
    expect(machineDifference(node, { ...node, machine: 'hostid 80ffffff' })).toEqual({
      what: 'machine',
      expected: 'hostid 80a1b2c3',
      actual: 'hostid 80ffffff',
    });
  });

  it('is judged by its host key alone where only one side shows its machine', () => {
    expect(machineDifference(node, { ...node, machine: undefined })).toBeUndefined();
  });
});

/** Signatures of journals that cannot be made or checked. Part of the error table (error-table.ts). */
export const signatureErrors = {
  SIGNERS_UNREADABLE: {
    sentence: 'the file of allowed signers {file} cannot be read: {reason}',
    hint: 'each line is PRINCIPAL KEYTYPE KEY, see ALLOWED SIGNERS in ssh-keygen(1)',
  },
  REVOKED_KEYS_UNREADABLE: {
    sentence: 'the file of revoked keys {file} cannot be read: {reason}',
    hint: 'each line is KEYTYPE KEY, as in a .pub file',
  },
  SIGN_KEY_MISSING: {
    sentence: 'there is no key to sign with',
    hint: 'name one with --key FILE or sign.key in the site file, or load one into an ssh agent with ssh-add',
    onScreen: 'name one as sign.key in the site file, or load one into an ssh agent with ssh-add',
  },
  SIGN_KEY_UNUSABLE: {
    sentence: 'cannot sign with {key}: {reason}',
    hint: 'use an ed25519, ecdsa or rsa key of OpenSSH; for a key in an ssh agent, name its public key file',
  },
} as const;

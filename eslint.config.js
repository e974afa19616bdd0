import eslint from '@eslint/js';
import prettier from 'eslint-config-prettier';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import typescript from 'typescript-eslint';
import { importLaws } from './eslint.laws.js';

export default typescript.config(
  { ignores: ['out/', 'dist/', 'node_modules/', 'coverage/', 'screenshots/'] },
  eslint.configs.recommended,
  ...typescript.configs.recommended,
  ...svelte.configs.recommended,
  prettier,
  ...svelte.configs.prettier,
  {
    languageOptions: { globals: { ...globals.node } },
    rules: {
      eqeqeq: 'error',
      'max-depth': ['error', 4],
      complexity: ['error', 16],
      'no-console': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['src/renderer/**'],
    languageOptions: { globals: { ...globals.browser } },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: typescript.parser } },
  },
  {
    files: ['src/**'],
    ignores: [
      '**/*.test.ts',
      // One protocol, from the locks to the continued journal, each step of which rests on the one before.
      'src/main/procedure/recover/take-up.ts',
      // One decision over the whole procedure: what is left to do, and why.
      'src/main/procedure/recover/resume-point.ts',
      // What may be done with one connected host, with the turns that its channels take.
      'src/main/ssh/ssh-session.ts',
    ],
    rules: { 'max-lines': ['error', 400] },
  },
  ...importLaws,
);

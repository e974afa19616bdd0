import eslint from '@eslint/js';
import prettier from 'eslint-config-prettier';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import typescript from 'typescript-eslint';
import { importLaws } from './eslint.laws.js';
import { textRules } from './eslint.texts.js';

const svelteFiles = ['**/*.svelte', '**/*.svelte.ts'];

/** The plugin gives its rules to every file. They find nothing where no component is. */
const forSvelteFiles = (configs) =>
  configs.map((config) => (config.rules ? { files: svelteFiles, ...config } : config));

export default typescript.config(
  { ignores: ['out/', 'dist/', 'node_modules/', 'coverage/', 'screenshots/'] },
  eslint.configs.recommended,
  ...typescript.configs.recommended,
  ...forSvelteFiles(svelte.configs.recommended),
  prettier,
  ...forSvelteFiles(svelte.configs.prettier),
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
    files: svelteFiles,
    languageOptions: { parserOptions: { parser: typescript.parser } },
  },
  {
    files: ['src/**'],
    ignores: ['**/*.test.ts'],
    rules: {
      'max-lines': ['error', 400],
      'no-restricted-syntax': [
        'error',
        {
          selector:
            ':matches(FunctionDeclaration, VariableDeclarator)[id.name=/^(require|__(dir|file)name)$/]',
          message: 'What is built declares this name: declared twice, it would not start.',
        },
      ],
    },
  },
  ...importLaws,
  ...textRules,
);

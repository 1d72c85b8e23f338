import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import tseslint from 'typescript-eslint';

const environments = ['pure', 'node', 'preload', 'test', 'renderer', 'renderer-test'];

const parserOptions = {
  project: environments.map((name) => `tsconfig.${name}.json`),
  tsconfigRootDir: import.meta.dirname,
  extraFileExtensions: ['.svelte'],
};

const typed = {
  files: ['**/*.ts', '**/*.svelte'],
  extends: [js.configs.recommended, tseslint.configs.recommendedTypeChecked],
  languageOptions: { parserOptions },
  rules: {
    eqeqeq: 'error',
    '@typescript-eslint/consistent-type-imports': 'error',
    '@typescript-eslint/no-non-null-assertion': 'error',
    '@typescript-eslint/no-unnecessary-type-assertion': 'error',
    '@typescript-eslint/only-throw-error': 'error',
    '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
    '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
    '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
  },
};

export default tseslint.config(
  { ignores: ['.build/', 'out/', 'node_modules/', '**/gen/', 'native/', 'test/fixtures/', 'test/native/'] },
  typed,
  ...svelte.configs.recommended,
  {
    files: ['renderer/**/*.svelte', 'renderer/**/*.svelte.ts'],
    languageOptions: {
      globals: globals.browser,
      parserOptions: { ...parserOptions, parser: tseslint.parser },
    },
    rules: {
      // The compiler and svelte-check know what is defined, and that props without a default need `let`.
      'no-undef': 'off',
      'prefer-const': 'off',
      'svelte/prefer-const': ['error', { excludedRunes: ['$props', '$derived'] }],
      'svelte/no-at-html-tags': 'error',
      // Rows are kept in plain Maps with a version counter beside them: deep proxies are too slow for ten thousand rows.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  {
    // The types of components come through svelte-check, which checks these files; the linter sees `any` in their place.
    files: ['renderer/**/*.svelte'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      // A handler may be asynchronous: what it calls gives problems back as values.
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
    },
  },
  {
    // Pure folders: clock and randomness are passed in.
    files: ['electron/{model,wire,memory,bench}/**/*.ts', 'electron/report/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Randomness is passed in.' },
        { object: 'Date', property: 'now', message: 'The clock is passed in.' },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
          message: 'The clock is passed in.',
        },
      ],
    },
  },
  {
    // Fixtures and stand-ins may be asynchronous because the thing they stand for is.
    files: ['test/**/*.ts'],
    rules: { '@typescript-eslint/require-await': 'off' },
  },
  {
    files: ['**/*.js'],
    extends: [js.configs.recommended],
    languageOptions: { globals: globals.node },
  },
);

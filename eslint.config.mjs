import prettier from 'eslint-config-prettier';
import redos from 'eslint-plugin-redos';
import tseslint from 'typescript-eslint';

const clockMessage = 'Only common/clock knows the time: take a Clock.';
const patternMessage = 'A pattern is a literal, so that what it costs is looked at.';

export default tseslint.config(
  { ignores: ['dist/**', 'data/**', 'coverage/**', 'node_modules/**'] },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'max-lines': ['error', { max: 300 }],
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'no-restricted-globals': ['error', { name: 'performance', message: clockMessage }],
      'no-restricted-properties': ['error', { object: 'Date', property: 'now', message: clockMessage }],
      'no-restricted-syntax': [
        'error',
        { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: clockMessage },
        { selector: ':matches(NewExpression, CallExpression)[callee.name="RegExp"]', message: patternMessage },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  {
    // What a pattern costs may depend on who writes the text: linear, or it is an error.
    files: ['src/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    plugins: { redos },
    rules: { 'redos/no-vulnerable': ['error', { permittableComplexities: [], timeout: 30_000 }] },
  },
  {
    // A module's class is imported for its type alone in constructors; the metadata that Nest reads needs the value.
    files: ['src/**/*.ts'],
    rules: { '@typescript-eslint/consistent-type-imports': 'off' },
  },
  { files: ['src/config/environment.ts', 'src/main.ts'], rules: { 'no-restricted-syntax': 'off' } },
  {
    files: ['src/common/clock.ts', 'test/**/*.ts', '**/*.spec.ts'],
    rules: { 'no-restricted-globals': 'off', 'no-restricted-properties': 'off', 'no-restricted-syntax': 'off' },
  },
  {
    // A describe block is as long as its guarantees are many.
    files: ['test/**/*.ts', '**/*.spec.ts'],
    rules: {
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      // The body of an answer is whatever came; a wrong look into it fails the test.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      // The client libraries mark their switch for plain HTTP as deprecated, to keep it out of production.
      '@typescript-eslint/no-deprecated': 'off',
    },
  },
  { files: ['**/*.mjs', '**/*.cjs', 'examples/**/*.js'], rules: { 'max-lines': ['error', { max: 300 }] } },
  prettier,
);

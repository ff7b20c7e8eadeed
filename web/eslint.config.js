import js from '@eslint/js'
import svelte from 'eslint-plugin-svelte'
import globals from 'globals'
import ts from 'typescript-eslint'

export default ts.config(
  { ignores: ['dist/', 'node_modules/'] },
  js.configs.recommended,
  ...ts.configs.strictTypeChecked,
  ...ts.configs.stylisticTypeChecked,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      globals: globals.browser,
      parserOptions: {
        projectService: { allowDefaultProject: ['eslint.config.js', 'svelte.config.js', 'vite.config.ts'] },
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.svelte'],
      },
    },
    rules: {
      // The house's shape (tools/shape.py): a file of 500 lines or a function of 70 is two things.
      'max-lines-per-function': ['error', { max: 70, skipComments: true }],
      // `void desk.beat` in a computation says what it must be made anew for: Svelte notes what was read.
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      // Numbers in texts are the rule here: ranges, times, counts.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
  {
    // Tests of pure code run by Node itself: another set of types than the page's.
    files: ['src/**/*.test.ts'],
    languageOptions: { parserOptions: { projectService: false, project: './tsconfig.node.json' } },
  },
  { files: ['**/*.js'], ...ts.configs.disableTypeChecked },
)

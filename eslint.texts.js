/**
 * Texts that people read are said (src/contract/text), as a lint rule that fails: a raw text is not in the catalogue.
 *
 * A raw text has two words at least; what is the same in every language is named so, by what it is given to.
 */

/** Files whose texts are in the catalogue. */
const areas = [
  'src/folds/**',
  'src/contract/drive-health.ts',
  'src/main/application/digest/digest-text.ts',
  'src/main/cli/**',
  'src/main/desktop/{closing,menu,run-news}.ts',
  'src/main/notify/notification.ts',
  'src/main/procedure/model/{class-scope,restore-words,route-expectation}.ts',
  'src/main/procedure/model/samples/whole-hash-cost.ts',
  'src/main/procedure/plan/{plan,steps*}.ts',
  'src/main/procedure/plan/restore/steps-*.ts',
  'src/main/report/**',
  'src/renderer/**',
];

/**
 * Files that have commands, or words that other programs read: what two runs differ in and why a volume is not protected is printed as JSON,
 * too; the reasons of errors are stored; files that are attached to a report are compared by their digests.
 */
const otherWords = [
  'src/folds/{compare-runs,protection,volume-protection}.ts',
  'src/main/cli/{completion,config-file,json-output,shadowtape}.ts',
  'src/main/report/document/attachments.ts',
];

/** What says a text, or takes one that is the same in every language: commands, errors of the table, words of a program. */
const takers = new Set([
  ...['say', 'sayCount', 'sayAround', 'said'],
  ...[
    'RegExp',
    'basedOn',
    'closest',
    'executeJavaScript',
    'matches',
    'code',
    'exact',
    'failure',
    'helpCommand',
    'includes',
    'rollBack',
    'join',
    'padStart',
    'printJson',
    'querySelector',
    'querySelectorAll',
    'split',
    'startsWith',
    'verbatim',
  ],
]);

/** A command, an option, a comment of a script or a place: no sentence. */
const isCommand = (text) =>
  /^\s*(?:[#<>|[%$-]|Ctrl |\(prefers-|a\[href\]|\d+px |…px(?: |$)|0 …px(?: |$)|u?mount \/|(?:translate|color-mix)\(|Bearer |…+ · Shadowtape$|(?:…: )?ssh |\d+ (?:minutes|hours?|days|weeks)$|… (?:min|ms)$|…? ?\[|(?:crc|cksum|sha256|shadowtape) ?[…:]|\.?\/|[a-z]+=|shadowtape |(?:dd|echo|tail|while|done|case|ssh-keygen|pdfdetach) )/.test(
    text,
  );

/** States that are compared and stored as they are, and said where they are shown. */
const states = new Set([
  ...[
    'action required',
    'rolling back',
    'unsafe shadow',
    'waiting for a second person',
    'waiting for your answer',
  ],
  'weekly digest',
]);

/** Properties that are no texts, or are stored: where a step comes from, and what must be made sure of before it is done by hand. */
const otherProperties = new Set([
  ...[
    'class',
    'd',
    'data-fold',
    'example',
    'key',
    'kind',
    'looks',
    'provided',
    'source',
    'tone',
    'toneOf',
    'transform',
  ],
]);

const isText = (text) => text.trim().split(/\s+/).length > 1 && /[a-z]{2}/.test(text) && !isCommand(text);

const nameOf = ({ callee }) => callee?.name ?? callee?.property?.name;

/** What holds no text of its own, whatever is in it. */
const isSilent = ({ type, argument, key, id }) =>
  /^(?:Import|ExportAll|TS)/.test(type) ||
  type === 'SwitchCase' ||
  type === 'SvelteStyleElement' ||
  (/^(?:Property|SvelteAttribute)$/.test(type) && otherProperties.has(key?.name)) ||
  (type === 'VariableDeclarator' && otherProperties.has(id?.name)) ||
  (type === 'ThrowStatement' && argument?.callee?.name === 'Error');

function isTaken(node) {
  if (node.parent?.type === 'Property' && node.parent.key === node) return true;
  for (let at = node; at; at = at.parent) {
    if (isSilent(at)) return true;
    if (/^(?:Call|New)Expression$/.test(at.type) && takers.has(nameOf(at))) return true;
    if (at.type === 'BinaryExpression') return true;
    if (/Function/.test(at.type) && at.body?.type === 'BlockStatement') return isSilent(at.parent);
  }
  return false;
}

const texts = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const judge = (node, text) => {
      if (isText(text) && !states.has(text) && !isTaken(node))
        context.report({ node, message: 'A text that people read is said: say(…), see src/contract/text.' });
    };
    return {
      Literal: (node) => typeof node.value === 'string' && judge(node, node.value),
      TemplateLiteral: (node) => judge(node, node.quasis.map(({ value }) => value.raw).join('…')),
      SvelteText: (node) => judge(node, node.value),
      SvelteLiteral: (node) => judge(node, node.value),
    };
  },
};

export const textRules = [
  {
    files: areas,
    ignores: ['**/*.test.ts', '**/*.test-support.ts', '**/fixtures/**', ...otherWords],
    plugins: { texts: { rules: { said: texts } } },
    rules: { 'texts/said': 'error' },
  },
];

/**
 * Texts that people read are said (src/contract/text), as a lint rule that fails: a raw text is not in the catalog.
 *
 * A raw text has two words at least; what is the same in every language is named so, by what it is given to.
 */

/** Files whose texts are in the catalog; the lab is no part of the program. */
const areas = ['src/{contract,folds,renderer,streams}/**', 'src/main/**'];

/** Files that have commands, scripts, SQL, or words that other programs read. What is stored is a phrase; these are neither. */
const otherWords = [
  'src/contract/{run-outcome,tape/tape-alert-table,words}.ts',
  'src/contract/error-table/**',
  'src/main/application/protection/status-metrics.ts',
  'src/main/application/rights/{presumed-cluster,sudoers-lines}.ts',
  'src/main/application/schedule/schedule-units.ts',
  'src/main/cli/{completion,json-output,shadowtape}.ts',
  'src/main/gds/{commands,status-words}.ts',
  'src/main/desk/page-files.ts',
  'src/main/history/{catalogue-writer,file-search,history-index,index-file,index-refresh,name-list}.ts',
  'src/main/history/{run-table,sqlite}.ts',
  'src/main/procedure/detached/*-script.ts',
  'src/main/procedure/model/{backup-past,extract-commands,host-identity,shadow-holder}.ts',
  'src/main/procedure/model/tape/by-hand.ts',
  'src/main/procedure/plan/step-sources.ts',
  'src/main/report/document/attachments.ts',
  'src/main/ssh/{agent-client,quoting,tool-query}.ts',
  'src/main/tape/label-room.ts',
  'src/main/{index,start,start-choice}.ts',
  'src/renderer/site-text/scrape-config.ts',
];

/** What says a text, or takes one that is the same in every language: commands, errors of the table, words of a program. */
const takers = new Set([
  ...['say', 'sayCount', 'sayAround', 'said', 'phrase', 'phraseCount'],
  ...[
    'RegExp',
    'basedOn',
    'closest',
    'describe',
    'executeJavaScript',
    'matches',
    'code',
    'exact',
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
  /^\s*(?:[#<>|[%$-]|Ctrl |\(prefers-|a\[href\]|\d+px |…px(?: |$)|0 …px(?: |$)|u?mount \/|(?:translate|color-mix)\(|Bearer |…+ · Shadowtape$|(?:…: )?ssh |\d+ (?:minutes|hours?|days|weeks)$|… (?:min|ms)$|…? ?\[|(?:crc|cksum|sha256|shadowtape) ?[…:]|\.?\/|[a-z]+=|shadowtape |(?:cd|dd|echo|exit|tail|while (?:IFS=|read|:)|done|case|ssh-keygen|pdfdetach|exec|ls|rmdir) |text\/|(?:HTTP|private,)|@revoked |(?:authorization|static_configs): |restore …$|uid …$|Shadowtape approval|…\\nsha256 |: shadowtape-|… (?:resume|rollback|unlock) …|… (?:2>|\|) )/.test(
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
  // Kinds and ends in a record of a restore, and parts of a site that are named as the site file writes them.
  ...[
    'left out',
    'not compared',
    'symbolic link',
    'hard link',
    'restore files',
    'restore image',
    'second copy',
  ],
  ...['services: ask', 'approve: operator', 'approve: by other'],
  // Names of stages of the data path, and of files of a state folder.
  ...[
    'record sampler',
    'section digests',
    'record cutter',
    'source gate',
    'start watermark',
    'tar catalogue',
  ],
  ...['contents of an archive', 'file lists', 'everything else', 'sent before', 'logged in'],
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

/** Words of a list, such as the names of commands. */
const isSplit = ({ callee }) => callee?.property?.name === 'split';

/** What holds no text of its own, whatever is in it. */
const isSilent = ({ type, argument, key, id }) =>
  /^(?:Import|ExportAll|TS)/.test(type) ||
  type === 'SvelteStyleElement' ||
  (/^(?:Property|SvelteAttribute)$/.test(type) && otherProperties.has(key?.name)) ||
  (type === 'VariableDeclarator' && otherProperties.has(id?.name)) ||
  (type === 'ThrowStatement' && argument?.callee?.name === 'Error');

/** @param from the part of the call that has the text: what is called takes none, except words of a list */
const takesText = (call, from) =>
  /^(?:Call|New)Expression$/.test(call.type) &&
  takers.has(nameOf(call)) &&
  (from !== call.callee || isSplit(call));

function isTaken(node) {
  if (node.parent?.type === 'Property' && node.parent.key === node) return true;
  let from;
  for (let at = node; at; at = at.parent) {
    if (at.parent?.type === 'SwitchCase' && at.parent.test === at) return true;
    if (isSilent(at)) return true;
    if (takesText(at, from) || (at.type === 'BinaryExpression' && at.operator !== '+')) return true;
    from = at;
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
    ignores: ['**/*.test.ts', '**/*.test-support.ts', '**/*.fixture.ts', '**/fixtures/**', ...otherWords],
    plugins: { texts: { rules: { said: texts } } },
    rules: { 'texts/said': 'error' },
  },
];

import { Lexicon, placesOf, readWords, type Words } from './words.ts';

/**
 * Marks of a language. A sure one shows code wherever it stands. A likely one may stand in prose, too ("the document.
 * Next", "select the best from these"): it counts where the text also has the shape of code. Each is linear: fixed
 * texts, or a bounded class between them.
 */
interface Marks {
  readonly language: string;
  /** In lower case; without one of them, or of `signs`, no mark of this language can be there. */
  readonly words: string;
  readonly signs?: string;
  readonly sure: RegExp;
  readonly likely?: RegExp;
}

const MARKS: readonly Marks[] = [
  {
    language: 'python',
    words: 'def import elif __init__ __name__ __main__ __file__ __str__ __repr__ self print lambda pd np',
    sure: /\bdef \w{1,60}\([^()\n]{0,120}\)(?: ?->[^:\n]{1,60})?:|^from [\w.]{1,60} import [\w*]|^import \w{1,40}(?:\.\w{1,40}){0,4}(?: as \w{1,20})?$|\b__(?:init|name|main|file|str|repr)__\b|^ {0,40}elif [^\n]{1,120}:$/m,
    likely: /\bself\.\w|\bprint\(|\bimport \w{1,40}\n|\blambda \w|\bpd\.|\bnp\./,
  },
  {
    language: 'typescript',
    words: 'string number boolean unknown void interface export',
    sure: /\w\??: (?:string|number|boolean|unknown|void)(?:\[\])?(?:[;,)=}]| [={|])|\binterface \w{1,60} (?:extends \w{1,60} )?\{|^export (?:type|interface) \w/m,
  },
  {
    language: 'javascript',
    words: 'const let var function console require document await',
    signs: '=>',
    sure: /\b(?:const|let|var) [\w{[][^=\n]{0,60} = |\bfunction \w{0,60}\([^()\n]{0,120}\) ?\{|\) => [{(\w]|console\.log\(|\brequire\(['"]|\bdocument\.(?:get|query|create|add|body)/,
    likely: /=> ?\{|\bawait \w{1,60}[.(]/,
  },
  {
    language: 'java',
    words: 'public system override',
    sure: /\bpublic (?:static |final |abstract ){0,2}(?:(?:class|interface) [A-Z]|(?:void|int|String|boolean) \w{1,60}\()|System\.out\.print|^\s{0,20}@Override$/m,
  },
  {
    language: 'csharp',
    words: 'using namespace async console',
    sure: /^using System[.;]|\bnamespace [\w.]{1,60}\s{0,3}[{;]|\bpublic async Task|Console\.Write/m,
  },
  {
    language: 'cpp',
    words: 'std template main',
    signs: '#include',
    sure: /#include ?[<"]|\bstd::\w|\btemplate ?<|\bint main\(/,
  },
  {
    language: 'go',
    words: 'func package fmt',
    signs: ':=',
    sure: /\bfunc (?:\(\w{1,20} \*?\w{1,40}\) )?\w{1,60}\(|^package \w{1,30}$|\bfmt\.\w/m,
    likely: /\w := \w/,
  },
  {
    language: 'rust',
    words: 'fn mut println result impl',
    sure: /\bfn \w{1,60}(?:<[^>\n]{1,40}>)?\(|\blet mut \w|\bprintln!|->\s?Result<|\bimpl(?:<\w{1,20}>)? \w{1,40} (?:for \w{1,40} )?\{/,
  },
  {
    language: 'sql',
    words: 'select insert create alter group left order',
    sure: /\bSELECT\b[^;]{1,400}?\bFROM\b|\bINSERT INTO\b|\bCREATE TABLE\b|\bselect (?:\*|count\(|distinct )[^;]{0,200}?\bfrom \w|\binsert into \w{1,60} ?(?:\(|values\b)|\bcreate table \w{1,60} ?\(|\balter table \w/,
    likely: /\bselect \w[^;]{1,300}?\bfrom \w|\bgroup by \w|\bleft join \w|\border by \w/i,
  },
  {
    language: 'bash',
    words: 'bin sudo apt apt-get grep chmod curl',
    signs: '$',
    sure: /^#!\/bin\/|\bsudo (?:apt|systemctl|docker|chmod|chown|rm|service|nano|yum|dnf)\b|\bapt(?:-get)? install\b|\bgrep -\w|\bchmod [+\d]|\$\(\w|\bcurl -\w|^\$ \w/m,
  },
  {
    language: 'html',
    words: '',
    signs: '<',
    sure: /<(?:div|span|html|body|script|table|ul|h[1-6]|a href|img src|input|button|form)\b[^<>\n]{0,200}>/i,
  },
  // The first colon is enough: tried with each of them, a text full of colons would take a tenth of a second.
  { language: 'css', words: '', signs: '{', sure: /[.#]\w{1,40} ?\{[^:}]{1,200}:[^}]{1,200}\}/ },
  { language: 'php', words: 'php echo', signs: '$this', sure: /<\?php|\$this->|\becho \$/ },
  {
    language: 'ruby',
    words: 'each',
    signs: '\nend',
    sure: /\.each do \||\bdef \w{1,60}[?!]?\n[\s\S]{0,400}?^\s{0,8}end$/m,
  },
  {
    language: 'yaml',
    words: 'apiversion kind services version jobs steps',
    sure: /^apiVersion: |^(?:kind|services|version|jobs|steps|on): ?(?:\w{1,40})?\n[ -]/m,
  },
  { language: 'json', words: '', signs: '"', sure: /\{\s{0,40}"[^"\n]{1,60}"\s{0,4}:/ },
  {
    language: 'dockerfile',
    words: '',
    signs: 'FROM ',
    sure: /^FROM [\w./-]{1,60}(?::[\w.-]{1,40})?(?: AS \w{1,20})?\n[\s\S]{0,400}?^(?:RUN|COPY|CMD|ENTRYPOINT|WORKDIR|ENV) /m,
  },
];

/** As many as MARK_TEXT characters of a text have, or so. */
const MARK_WORDS = 600;
/** Lines that end as statements do, calls, assignments and arrows: what no prose has. */
const SHAPE =
  /[;{}]\s{0,8}(?:\n|$)|\w\(["'\w]{0,40}\)|\w\s?(?:[=!<>]=|\+=|=>|->|&&|\|\|)\s?\w|^\s{0,20}\w{1,40} = [\w"'[{(]|\w = '[^'\n]{0,60}'/m;
const MARK_TEXT = 4_000;
const FENCE = /```([a-zA-Z+#]{1,20})/g;
const FENCE_NAMES: Readonly<Record<string, string>> = {
  py: 'python',
  ts: 'typescript',
  tsx: 'typescript',
  js: 'javascript',
  jsx: 'javascript',
  sh: 'bash',
  shell: 'bash',
  console: 'bash',
  'c++': 'cpp',
  cs: 'csharp',
  'c#': 'csharp',
  yml: 'yaml',
  golang: 'go',
};
/** Fences around what is no program. */
const NO_CODE: ReadonlySet<string> = new Set(['text', 'txt', 'plaintext', 'markdown', 'md', 'csv', 'log']);

/** Words with the places in MARKS of what each may be a mark of. */
const WORDS = new Lexicon(placesOf(MARKS.map(({ words }) => words)));

/** Programming languages that the text holds code of: by its fences, and by marks. `words`: those of the text. */
export function codeLanguagesOf(text: string, words: Words = readWords(text, MARK_WORDS)): string[] {
  const head = text.slice(0, MARK_TEXT);
  const found = new Set<string>();
  if (head.includes('```')) {
    for (const [, name = ''] of head.matchAll(FENCE)) {
      const known = FENCE_NAMES[name.toLowerCase()] ?? name.toLowerCase();
      if (!NO_CODE.has(known)) found.add(known);
    }
  }
  const maybe = new Set<number>();
  WORDS.scan(words, (places) => {
    for (const place of places) maybe.add(place);
  });
  let shape: boolean | null = null;
  for (const [place, { language, signs, sure, likely }] of MARKS.entries()) {
    if (found.has(language) || !(maybe.has(place) || (signs !== undefined && head.includes(signs)))) continue;
    if (sure.test(head) || (likely?.test(head) === true && (shape ??= SHAPE.test(head)))) found.add(language);
  }
  if (found.has('typescript')) found.delete('javascript');
  return [...found];
}

/** Marks of a language that its prose does not have; each is linear: fixed texts, or a bounded class between them. */
const MARKS: readonly (readonly [string, RegExp])[] = [
  [
    'python',
    /\bdef \w{1,60}\(|\bimport \w{1,40}\n|\bfrom [\w.]{1,60} import |\bself\.|\belif |print\(|__init__/,
  ],
  [
    'typescript',
    /: (?:string|number|boolean|unknown|void)\b|\binterface \w{1,60} \{|\bexport (?:type|interface) /,
  ],
  [
    'javascript',
    /\bconst \w{1,60} = |\bfunction \w{0,60}\(|=> \{|console\.log\(|\brequire\(|document\.|\bawait /,
  ],
  ['java', /\bpublic (?:static |final )?(?:class|void|int|String)\b|System\.out\.|@Override/],
  ['csharp', /\busing System|\bnamespace [\w.]{1,60}|\bpublic async Task|Console\.Write/],
  ['cpp', /#include ?[<"]|\bstd::|\btemplate ?<|\bint main\(/],
  ['go', /\bfunc (?:\(\w{1,20} \*?\w{1,40}\) )?\w{1,60}\(|\bpackage main\b|:= |fmt\.Print/],
  ['rust', /\bfn \w{1,60}\(|\blet mut |\bimpl \w|println!|->\s?Result</],
  ['sql', /\bselect\b[\s\S]{1,400}?\bfrom\b|\binsert into\b|\bcreate table\b|\bgroup by\b|\bleft join\b/i],
  ['bash', /^#!\/bin\/|\bsudo |\bapt-get |\bgrep -|\bchmod |\$\(\w|\bcurl -/m],
  ['html', /<(?:div|span|html|body|script|table|a href)\b/i],
  // The first colon is enough: tried with each of them, a text full of colons would take a tenth of a second.
  ['css', /[.#]\w{1,40} ?\{[^:}]{1,200}:[^}]{1,200}\}/],
  ['php', /<\?php|\$this->|\becho \$/],
  ['ruby', /\bdef \w{1,60}\n|\bend\n|\.each do \|/],
  ['yaml', /^(?:apiVersion|kind|services|version): /m],
  ['json', /\{\s{0,40}"\w{1,60}"\s{0,4}:/],
  ['dockerfile', /^(?:FROM|RUN|COPY|ENTRYPOINT) /m],
];
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
  'c++': 'cpp',
  cs: 'csharp',
  'c#': 'csharp',
  yml: 'yaml',
  golang: 'go',
};

/** Programming languages that the text holds code of: by its fences, and by marks. */
export function codeLanguagesOf(text: string): string[] {
  const head = text.slice(0, MARK_TEXT);
  const found = new Set<string>();
  for (const [, name = ''] of head.matchAll(FENCE)) {
    const known = FENCE_NAMES[name.toLowerCase()] ?? name.toLowerCase();
    if (known !== 'text' && known !== 'markdown' && known !== 'md') found.add(known);
  }
  for (const [language, mark] of MARKS) if (!found.has(language) && mark.test(head)) found.add(language);
  if (found.has('typescript')) found.delete('javascript');
  return [...found];
}

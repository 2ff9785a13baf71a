import { describe, expect, it } from 'vitest';
import { codeLanguagesOf } from './code.ts';
import { readWords } from './words.ts';

const languagesOf = (text: string): string[] => codeLanguagesOf(text, readWords(text, 600));

describe('prose is no code', () => {
  it.each([
    'Please select the three best candidates from the list and explain why.',
    'Which items would you select from this menu?',
    'How do I select a good mattress? My friends come from different places.',
    'I read the document. Then I signed it. The rest of the document.',
    'We await your reply. Please await my signal.',
    'Import duties: what do I have to pay if I import wine\nfrom Italy?',
    'We import cars\nand export parts.',
    'From my experience, import taxes are high.',
    'In the end\nnothing happened, and that was the\nend\n',
    'kind: of a strange word to put at the beginning of a line',
    'version: the director’s cut is better than the one in cinemas',
    'services: cleaning, cooking, and walks with the dog',
    'FROM the desk of the headmaster: COPY to all parents',
    'RUN for your life, said the rabbit.',
    'Know yourself. Be kind to your self. It is the self.',
    'Group by group the guests came in, left join hands and sang.',
    'Order by Friday to get it by Monday.',
    'The public class of 1998 meets again; public interest was high.',
    'What does the abbreviation fn mean? And impl?',
    'I need a template for a letter; the template should be short.',
    'Ratio 3:=4 is not what I meant.',
    'Wähle bitte aus der Liste die beste Antwort aus und begründe sie.',
    'He asked: string quartets or jazz? number of players: four',
    'The sudo of words: pseudo.',
    'What is the function of (ordinary) mitochondria?',
    'Let x be a prime number. Let us assume that x > 3.',
    'const. means constant in engineering drawings',
  ])('%s', (text) => {
    expect(languagesOf(text)).toEqual([]);
  });
});

describe('code is told by its language', () => {
  it.each([
    ['python', 'def merge(a, b):\n    return a + b'],
    ['python', 'import pandas as pd\ndf = pd.read_csv("x.csv")'],
    ['python', 'why does print(x) show None?\n\nx = foo()\nprint(x)'],
    ['typescript', 'function f(name: string): number { return 1; }'],
    ['typescript', 'interface Foo {\n  a: string;\n}'],
    ['javascript', 'const x = await fetch(url);'],
    ['javascript', 'items.map((it) => it.id)'],
    ['java', 'public class Main { public static void main(String[] a) {} }'],
    ['csharp', 'using System.Linq;\nConsole.WriteLine(1);'],
    ['cpp', '#include <vector>\nint main() {}'],
    ['go', 'func (s *Server) Run(ctx context.Context) error {'],
    ['go', 'x := compute(3)\nreturn x;'],
    ['rust', 'fn main() { let mut x = 1; }'],
    ['sql', 'SELECT name FROM users WHERE id = 3'],
    ['sql', 'select name, age from users where age >= 3;'],
    ['sql', 'what is wrong with: select * from orders'],
    ['sql', 'alter table users add column age int'],
    ['bash', '#!/bin/bash\nset -e'],
    ['bash', 'sudo systemctl restart nginx'],
    ['html', '<div class="a">Hello</div>'],
    ['css', '.card { color: red; }'],
    ['php', '<?php echo 1;'],
    ['ruby', 'def total\n  items.sum\nend'],
    ['yaml', 'apiVersion: v1\nkind: Pod'],
    ['yaml', 'services:\n  web:\n    image: nginx'],
    ['json', '{"name": "x"}'],
    ['dockerfile', 'FROM node:24\nWORKDIR /app\nRUN npm ci'],
    ['rust', 'explain\n```rust\nlet x = 1;\n```'],
    ['bash', '```sh\nls\n```'],
  ])('%s: %s', (language, text) => {
    expect(languagesOf(text)).toContain(language);
  });

  it('takes no fence of plain text for a language', () => {
    expect(languagesOf('```text\nhello\n```')).toEqual([]);
  });

  it('is linear, whatever it is given', () => {
    const parts = [
      'select ',
      'SELECT a ',
      'def f(',
      'from a import',
      'a: ',
      '{"',
      '<div ',
      'FROM x\n',
      'def a\n',
      'x => ',
      'const a',
      'kind:\n',
      '    ',
    ];
    const began = performance.now();
    for (const part of parts) languagesOf(part.repeat(4_000));
    expect(performance.now() - began).toBeLessThan(300);
  });
});

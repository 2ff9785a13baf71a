import { expect, it } from 'vitest';
import { languageOf } from './language.ts';
import { readWords } from './words.ts';

const language = (text: string) => languageOf(text, readWords(text, 400));

it.each([
  ['What is the capital of France, and how do I get there?', 'en'],
  ['Please write me a poem.', 'en'],
  ['Was ist die Hauptstadt von Frankreich, und wie komme ich dorthin?', 'de'],
  ['Kannst du mir bitte helfen?', 'de'],
  ['Prüfe bitte die folgende Übersetzung auf Fehler.', 'de'],
  ['Quelle est la capitale de la France et comment y aller ?', 'fr'],
  ['¿Cuál es la capital de Francia y cómo puedo llegar?', 'es'],
  ['法国的首都是哪里？', 'zh'],
  ['フランスの首都はどこですか？', 'ja'],
  ['프랑스의 수도는 어디입니까?', 'ko'],
  ['Какая столица Франции?', 'ru'],
  ['ما هي عاصمة فرنسا؟', 'ar'],
])('%s is %s', (text, code) => {
  expect(language(text)).toBe(code);
});

it.each(['', '42', 'xyzzy', '=== --- ==='])('cannot be told of %o', (text) => {
  expect(language(text)).toBe('und');
});

it('is not that of one quoted word', () => {
  expect(language('What does the word 首都 mean, and how is it written in a letter to the mayor?')).toBe(
    'en',
  );
});

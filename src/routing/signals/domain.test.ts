import { describe, expect, it } from 'vitest';
import { codeLanguagesOf } from './code.ts';
import { domainOf } from './domain.ts';
import { readWords } from './words.ts';

const domain = (text: string) => domainOf([readWords(text, 400)], codeLanguagesOf(text).length > 0);

describe('the subject', () => {
  it.each([
    ['The plaintiff alleges breach of contract.', 'legal'],
    ['Der Kläger verlangt Schadensersatz.', 'legal'],
    ['Is 400 mg of ibuprofen safe for the patient?', 'medical'],
    ['Welche Nebenwirkungen hat die Impfung?', 'medical'],
    ['Compare the dividend with the interest rate.', 'finance'],
    ['A CVE for an SQL injection.', 'security'],
    ['Prove that the polynomial has a prime number of roots; the lemma helps.', 'math'],
  ])('takes two words of its own: %s', (text, subject) => {
    expect(domain(text)).toBe(subject);
  });

  it.each([
    'Write an article about cats.',
    'My lawyer likes cats.',
    'We import goods from China.',
    'My patient dog waits.',
    'The equity of it.',
    'patient patient patient',
    '',
  ])('is general where there is one, however often, or none: %s', (text) => {
    expect(domain(text)).toBe('general');
  });

  it('is code where there is code and nothing else', () => {
    expect(domain('```python\nprint(1)\n```')).toBe('code');
  });
});

describe('programming languages', () => {
  it.each([
    'It costs $100.',
    'We import goods from China and export them to Peru.',
    'Write an article about the class of 1999.',
    'The function of the heart is to pump.',
    'Select a wine for dinner.',
    'Wir importieren Waren aus China.',
    'Go to the rust belt and see a python.',
  ])('are not in prose: %s', (text) => {
    expect(codeLanguagesOf(text)).toEqual([]);
  });

  it.each([
    ['```py\nx = 1\n```', 'python'],
    ['def merge(a, b):\n    return a', 'python'],
    ['#!/bin/bash\necho $HOME', 'bash'],
    ['SELECT name FROM users WHERE id = 1', 'sql'],
    ['interface User { name: string; }', 'typescript'],
    ['fn main() { println!("hi"); }', 'rust'],
    ['#include <stdio.h>', 'cpp'],
  ])('are told by their marks: %s', (text, language) => {
    expect(codeLanguagesOf(text)).toContain(language);
  });

  it('are not called by the names of fences that hold prose', () => {
    expect(codeLanguagesOf('```text\nhello\n```')).toEqual([]);
  });
});

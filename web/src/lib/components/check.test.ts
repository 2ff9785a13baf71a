import { describe, expect, it } from 'vitest';
import { problemOf, type Checked } from './check.ts';

const control = (
  wrong: Partial<ValidityState>,
  attributes: Readonly<Record<string, string>> = {},
  type = 'text',
): Checked => ({
  validity: { valid: Object.keys(wrong).length === 0, ...wrong } as ValidityState,
  validationMessage: 'as the browser says',
  type,
  getAttribute: (name) => attributes[name] ?? null,
});

describe('what is wrong with a control', () => {
  it('is nothing where the browser finds nothing', () => {
    expect(problemOf(control({}, { 'data-rule': 'must be so' }))).toBeNull();
  });

  it.each([
    ['is required', control({ valueMissing: true, patternMismatch: true }, { 'data-rule': 'must be so' })],
    ['must be so', control({ patternMismatch: true }, { 'data-rule': 'must be so' })],
    ['must be a number', control({ badInput: true }, {}, 'number')],
    ['must be a date', control({ badInput: true }, {}, 'date')],
    ['must have at least 8 characters', control({ tooShort: true }, { minlength: '8' })],
    ['must have at most 9 characters', control({ tooLong: true }, { maxlength: '9' })],
    ['must be at least 1', control({ rangeUnderflow: true }, { min: '1' })],
    ['must be at most 5', control({ rangeOverflow: true }, { max: '5' })],
    [
      'must lie ahead',
      control({ rangeUnderflow: true }, { min: '2026-01-01', 'data-rule': 'must lie ahead' }),
    ],
    ['must be a whole number', control({ stepMismatch: true })],
    ['must be a multiple of 100', control({ stepMismatch: true }, { step: '100' })],
    ['as the browser says', control({ patternMismatch: true })],
    ['as the browser says', control({ customError: true })],
  ])('is said as the server would: %s', (words, one) => {
    expect(problemOf(one)).toBe(words);
  });
});

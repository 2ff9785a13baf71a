/** What a person types into. */
export type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** The parts of a control that the words are made of. */
export type Checked = Pick<Control, 'validity' | 'validationMessage' | 'type'> & {
  readonly getAttribute: (name: string) => string | null;
};

/**
 * What the browser finds wrong with a control by its attributes (`required`, `min`, `pattern` …), in the server's words:
 * they go on from the field's name. A pattern says what it asks for in `data-rule` (rules.ts). Null = nothing is wrong.
 */
export function problemOf(control: Checked): string | null {
  const { validity, type } = control;
  const rule = control.getAttribute('data-rule');
  const attribute = (name: string): string => control.getAttribute(name) ?? '';
  if (validity.valid) return null;
  if (validity.valueMissing) return 'is required';
  if (validity.badInput) return type === 'number' ? 'must be a number' : `must be a ${type}`;
  if (validity.patternMismatch) return rule ?? control.validationMessage;
  if (validity.tooShort) return `must have at least ${attribute('minlength')} characters`;
  if (validity.tooLong) return `must have at most ${attribute('maxlength')} characters`;
  if (validity.rangeUnderflow) return rule ?? `must be at least ${attribute('min')}`;
  if (validity.rangeOverflow) return rule ?? `must be at most ${attribute('max')}`;
  if (validity.stepMismatch) {
    const step = attribute('step');
    return step === '' || step === '1' ? 'must be a whole number' : `must be a multiple of ${step}`;
  }
  return control.validationMessage;
}

const CONTROLS = ['input', 'select', 'textarea'];
const WRONG = CONTROLS.map((name) => `${name}:invalid`).join();

/** Whether it is the first of its form that the browser finds something wrong with. */
export function isFirstWrong(control: Control): boolean {
  return control.form?.querySelector(WRONG) === control;
}

/** Brings it to the keys, also out of what is folded up. */
export function reveal(control: HTMLElement): void {
  control.closest('details')?.setAttribute('open', '');
  control.focus();
}

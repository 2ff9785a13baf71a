/** Short news about what was done, shown for some seconds. Errors of a form do not belong here but beside the field. */
export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: 'done' | 'error';
  /** Takes it back; offered for 8 s. */
  readonly undo: (() => void) | null;
}

const SHOWN_MS = 4_000;
/** Long enough to notice a mistake. */
const UNDO_MS = 8_000;
/** What is looked at stays; so long after that it goes. */
const AFTER_MS = 1_000;
const MOST = 4;

class Toasts {
  list = $state.raw<readonly Toast[]>([]);
  /** The pointer or the keys are on them: none goes by itself. */
  held = false;
  #next = 1;

  done(text: string, undo: (() => void) | null = null): void {
    this.#add({ text, tone: 'done', undo });
  }

  /** Stays until it is dismissed. */
  failed(text: string): void {
    this.#add({ text, tone: 'error', undo: null });
  }

  dismiss(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }

  #add(toast: Omit<Toast, 'id'>): void {
    const id = this.#next;
    this.#next += 1;
    this.list = [...this.list, { ...toast, id }].slice(-MOST);
    if (toast.tone === 'done') this.#goIn(id, toast.undo === null ? SHOWN_MS : UNDO_MS);
  }

  #goIn(id: number, ms: number): void {
    setTimeout(() => {
      if (this.held) this.#goIn(id, AFTER_MS);
      else this.dismiss(id);
    }, ms);
  }
}

export const toasts = new Toasts();

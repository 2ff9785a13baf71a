import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json, jsonParseLinter } from '@codemirror/lang-json';
import {
  bracketMatching,
  codeFolding,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  indentOnInput,
  syntaxHighlighting,
} from '@codemirror/language';
import { linter, lintKeymap } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import type { Extension } from '@codemirror/state';
import { drawSelection, EditorView, keymap, lineNumbers, placeholder } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { graphql } from 'cm6-graphql';
import type { GraphQLSchema } from 'graphql';

export interface EditorOptions {
  readonly language: 'graphql' | 'json';
  readonly text: string;
  /** Its name for those who hear the page. */
  readonly label: string;
  readonly readOnly: boolean;
  readonly hint: string;
  onchange(text: string): void;
  /** Ctrl-Enter. */
  onrun(): void;
  /** Ctrl-click on a word of the query: what it means. */
  ondocs(type: string): void;
}

/**
 * An editor in a shadow root: there its styles are constructed sheets, which our content security policy lets through;
 * in the document they would be style elements, which it refuses. The tokens of the console reach into it.
 */
export function createEditor(host: HTMLElement, options: EditorOptions): EditorView {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  return new EditorView({
    parent: root,
    root,
    state: EditorState.create({ doc: options.text, extensions: extensionsFor(options) }),
  });
}

export { updateSchema } from 'cm6-graphql';
export type { EditorView } from '@codemirror/view';
export type { GraphQLSchema };

/** Replaces the whole text, as one step that can be undone. */
export function setText(view: EditorView, text: string): void {
  const { doc } = view.state;
  if (doc.toString() !== text) view.dispatch({ changes: { from: 0, to: doc.length, insert: text } });
}

function extensionsFor({
  language,
  label,
  readOnly,
  hint,
  onchange,
  onrun,
  ondocs,
}: EditorOptions): Extension[] {
  const run = (): boolean => {
    onrun();
    return true;
  };
  return [
    lineNumbers(),
    foldGutter(),
    codeFolding(),
    drawSelection(),
    bracketMatching(),
    EditorView.lineWrapping,
    placeholder(hint),
    EditorView.contentAttributes.of({ 'aria-label': label }),
    syntaxHighlighting(HIGHLIGHT),
    THEME,
    EditorState.readOnly.of(readOnly),
    ...(language === 'json'
      ? [json()]
      : graphql(undefined, { onShowInDocs: (_f, type) => type && ondocs(type) })),
    ...(readOnly
      ? []
      : [
          history(),
          indentOnInput(),
          closeBrackets(),
          autocompletion(),
          ...(language === 'json' ? [linter(lintVariables)] : []),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) onchange(update.state.doc.toString());
          }),
        ]),
    keymap.of([
      { key: 'Mod-Enter', run, preventDefault: true },
      // Only while a completion is offered; otherwise Tab leads out of the editor, as everywhere.
      { key: 'Tab', run: acceptCompletion },
      ...closeBracketsKeymap,
      ...defaultKeymap,
      ...historyKeymap,
      ...foldKeymap,
      ...completionKeymap,
      ...lintKeymap,
    ]),
  ];
}

/** No variables at all are fine, too. */
function lintVariables(view: EditorView): ReturnType<ReturnType<typeof jsonParseLinter>> {
  return view.state.doc.toString().trim() === '' ? [] : jsonParseLinter()(view);
}

const HIGHLIGHT = HighlightStyle.define([
  { tag: [tags.keyword, tags.definitionKeyword, tags.modifier], color: 'var(--accent)', fontWeight: '600' },
  { tag: tags.propertyName, color: 'var(--ink)' },
  { tag: [tags.string, tags.special(tags.name)], color: 'var(--status-ok)' },
  { tag: [tags.number, tags.integer, tags.float, tags.bool, tags.null], color: 'var(--status-warning)' },
  { tag: [tags.variableName, tags.atom], color: 'var(--accent)' },
  { tag: tags.attributeName, color: 'var(--status-error)' },
  { tag: tags.lineComment, color: 'var(--ink-muted)', fontStyle: 'italic' },
]);

const THEME = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'var(--surface-panel)', color: 'var(--ink)' },
  '&.cm-focused': { outline: '2px solid var(--focus)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', fontSize: '12px', lineHeight: '20px', overflow: 'auto' },
  '.cm-content': { caretColor: 'var(--ink)', padding: '8px 0' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-gutters': {
    backgroundColor: 'var(--surface-panel)',
    color: 'var(--ink-muted)',
    border: 'none',
  },
  '.cm-placeholder': { color: 'var(--ink-muted)' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
    backgroundColor: 'var(--surface-selected)',
  },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--surface-selected)' },
  '&.cm-focused .cm-nonmatchingBracket': { backgroundColor: 'var(--danger-surface)' },
  '.cm-foldPlaceholder': {
    backgroundColor: 'var(--surface-sunken)',
    border: '1px solid var(--line)',
    color: 'var(--ink-muted)',
  },
  // A picture from a data: address by default.
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--danger)',
    textDecorationSkipInk: 'none',
  },
  '.cm-lintRange-warning, .cm-lintRange-info': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--status-warning)',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--surface-float)',
    color: 'var(--ink)',
    border: '1px solid var(--line)',
    borderRadius: '6px',
    boxShadow: 'var(--shadow-float)',
    font: 'var(--text-body)',
    maxWidth: 'min(480px, 90vw)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--font-mono)', fontSize: '12px' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': {
    backgroundColor: 'var(--surface-selected)',
    color: 'var(--ink)',
  },
  '.cm-completionDetail': { color: 'var(--ink-muted)', fontStyle: 'normal' },
  '.cm-completionInfo': { padding: '8px 12px' },
  '.cm-diagnostic': { padding: '6px 10px' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--danger)' },
  '.cm-diagnostic-warning': { borderLeftColor: 'var(--status-warning)' },
  '.cm-panels': { backgroundColor: 'var(--surface-sunken)', color: 'var(--ink)' },
});

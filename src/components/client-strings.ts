/** The part of the shell's words that scripts need. */
import type { ClientStrings } from '../client/entry.ts';
import { strings } from './strings.ts';

const { theme, figure, prose, task, quiz, search, code, article } = strings;

/** Handed to the page as JSON. */
export const clientStrings: ClientStrings = {
  theme,
  figure: {
    shared: figure.shared,
    shareFailed: figure.shareFailed,
    note: figure.note,
    linkNote: figure.linkNote,
    failed: figure.failed,
    restFailed: figure.restFailed,
    noFigure: figure.noFigure,
  },
  prose: { set: prose.set, back: prose.back },
  task: { done: task.done, notYet: task.notYet, shown: task.shown, solved: task.solved },
  quiz: {
    right: quiz.right,
    wrong: quiz.wrong,
    wrongNumber: quiz.wrongNumber,
    partly: quiz.partly,
    choose: quiz.choose,
    number: quiz.number,
    score: quiz.score,
    of: quiz.of,
    rightMark: quiz.rightMark,
    wrongMark: quiz.wrongMark,
  },
  search: {
    loading: search.loading,
    empty: search.empty,
    none: search.none,
    // Only a build has an index.
    failed: import.meta.env?.DEV ? search.development : search.failed,
    found: search.found,
    shown: search.shown,
  },
  code: { copied: code.copied, failed: code.failed },
  article: { read: article.read },
  table: { shown: strings.table.shown, of: strings.table.of },
};

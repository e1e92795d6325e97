/** What an article's text names: read from the text, because a Value may stand before its Figure. */

/** A figure as it stands in an article. */
export interface Instance {
  readonly id: string;
  readonly name: string;
  readonly set?: string;
  readonly preset?: string;
  readonly frame?: string;
}

/** A Cite or a Number as it stands in the text. */
export interface Citation {
  readonly tag: 'Cite' | 'Number';
  /** A cite key, or the name of a published number. */
  readonly of: string;
  /** The place in the work that a Cite gives. */
  readonly at?: string;
}

/** Everything that an article's text names. */
export interface Scan {
  readonly instances: readonly Instance[];
  /** Every Cite and Number, in order and as often as it stands. */
  readonly cited: readonly Citation[];
  /** Do elements: what they set and what they expect. */
  readonly steps: readonly { readonly set: string; readonly expect?: string }[];
  /** Terms, values, scrubs, tasks and tables by what they name. */
  readonly names: readonly { readonly tag: string; readonly of: string }[];
}

const tag = /<(Figure|Cite|Number|Do|Term|Value|Scrub|Task|Hypervisors)\b((?:[^>"']|"[^"]*"|'[^']*')*?)\/?>/g;
const attribute = /([\w-]+)=(?:"([^"]*)"|'([^']*)')/g;

/** Reads the tags of the vocabulary that carry references. Code between backticks and comments are not text. */
export function scanArticle(body: string, path: string): Scan {
  const text = body
    .replace(/```[\s\S]*?```/g, '')
    .replace(/`[^`\n]*`/g, '')
    .replace(/\{\/\*[\s\S]*?\*\/\}/g, '');
  const instances: Instance[] = [];
  const cited: Citation[] = [];
  const steps: { set: string; expect?: string }[] = [];
  const names: { tag: string; of: string }[] = [];
  for (const [, name = '', rest = ''] of text.matchAll(tag)) {
    const given = Object.fromEntries([...rest.matchAll(attribute)].map(([, key = '', a, b]) => [key, a ?? b ?? '']));
    const of = given['of'] ?? '';
    if (name === 'Figure') {
      const figure = given['name'];
      if (!figure) throw new Error(`${path}: a Figure has no name.`);
      const id = given['id'] ?? figure;
      if (instances.some((instance) => instance.id === id)) throw new Error(`${path}: two figures have the id ${id}.`);
      instances.push({
        id,
        name: figure,
        ...(given['set'] ? { set: given['set'] } : {}),
        ...(given['preset'] ? { preset: given['preset'] } : {}),
        ...(given['frame'] ? { frame: given['frame'] } : {}),
      });
    } else if (name === 'Do') {
      steps.push({ set: given['set'] ?? '', ...(given['expect'] ? { expect: given['expect'] } : {}) });
    } else if (name === 'Cite' || name === 'Number') {
      cited.push({ tag: name, of, ...(given['at'] ? { at: given['at'] } : {}) });
    } else {
      names.push({ tag: name, of });
    }
  }
  return { instances, cited, steps, names };
}

/**
 * What a figure is: a function from parameters and a moment to a picture and a sentence.
 *
 * A figure module exports, in this order: `about`, `params`, `presets`, `initial`, `moments`, `run`, `draw`, `describe`,
 * `readouts`, `columns` (with `rows` where a CSV row is not a frame), `tasks`; after `run` also `first` where its data is more
 * than a page should carry, and `more`, `stop`, `lineOf` and `heightOf` where it runs a program. Everything that surrounds a figure (play,
 * step back, address, print, the static picture, the words, the tests) is made from these and from nothing else.
 */
import type { Selection } from 'd3-selection';

/** Where a claim or a number comes from: a key of content/references.yaml and the place in it. */
export interface Source {
  readonly cite: string;
  readonly at?: string;
}

/** A number that content/numbers.yaml holds, named `group.name`; the register puts the value in its place. */
export interface Published {
  readonly number: string;
}

/** Either a plain number or the name of a published one. */
export type Quantity = number | Published;

/** Who a colour stands for; the tokens of the same names are in styles/tokens.css. */
export type ActorName = 'hw' | 'xen' | 'dom0' | 'driver' | 'domu1' | 'domu2' | 'domu3' | 'hostos' | 'fault';

interface ParamBase {
  /** The words beside the control. */
  readonly label: string;
  /** One sentence that says what it means, shown with the control. */
  readonly help?: string;
  /** 'view' (at most four) stands in sight, 'assumption' is folded under 'Assumptions'. */
  readonly place: 'view' | 'assumption';
  /** Where the default comes from; 'unpublished' says so on the page; left out where there is nothing to prove. */
  readonly source?: Source | 'unpublished';
}

/** A number with a range; drawn as a slider with a number field. */
export interface NumberParam extends ParamBase {
  readonly kind: 'number';
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly default: Quantity;
}

/** One of several named options; drawn as radio buttons or, above four, as a select. */
export interface ChoiceParam extends ParamBase {
  readonly kind: 'choice';
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly default: string;
}

/** On or off; drawn as a checkbox. */
export interface SwitchParam extends ParamBase {
  readonly kind: 'switch';
  readonly default: boolean;
}

/** Any number of named options; drawn as checkboxes. */
export interface SetParam extends ParamBase {
  readonly kind: 'set';
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly default: readonly string[];
}

/** A stretch of a text: offsets in UTF-16 units, `end` is exclusive. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** What an editor shows of a text: its tokens in order, each of a kind that has a colour, and what is wrong with it. */
export interface Marking {
  readonly tokens: readonly (Stretch & { readonly kind: string })[];
  /** Line and column count from 1; `says` is a sentence. */
  readonly problems: readonly (Stretch & { readonly line: number; readonly column: number; readonly says: string })[];
}

/** A text of several lines, such as a program; drawn as an editor. */
export interface TextParam extends ParamBase {
  readonly kind: 'text';
  readonly default: string;
  /** Characters that it may have; a longer one is refused by a sentence. */
  readonly longest: number;
  /** Lines in sight. */
  readonly rows: number;
  /** Texts that have a name: addresses, articles and the terminal may give the name in the place of the text. */
  readonly named?: Readonly<Record<string, string>>;
  /** Pure and quick: it is asked at every key. Throws never. */
  mark(text: string): Marking;
}

/** Lines of a text parameter that are marked, such as breakpoints; set in the gutter of its editor. */
export interface LinesParam extends ParamBase {
  readonly kind: 'lines';
  /** Name of the text parameter. */
  readonly of: string;
  /** Line numbers from 1, ascending. */
  readonly default: readonly string[];
}

/** One parameter of a figure. */
export type Param = NumberParam | ChoiceParam | SwitchParam | SetParam | TextParam | LinesParam;

/** All parameters of a figure, in the order of their controls. `frame` is not a name: the address uses it. */
export type Params = Readonly<Record<string, Param>>;

/** What one parameter may hold. */
export type Value = number | string | boolean | readonly string[];

/** What a reader has set: one value for each parameter. */
export type Values = Readonly<Record<string, Value>>;

/** The values of a given table of parameters, typed: `ValuesOf<typeof params>`. */
export type ValuesOf<P extends Params> = {
  readonly [K in keyof P]: P[K] extends { kind: 'number' }
    ? number
    : P[K] extends { kind: 'switch' }
      ? boolean
      : P[K] extends { kind: 'set' | 'lines' }
        ? readonly string[]
        : string;
};

/**
 * The moments of one run, each at hand by its index: at most 2,000, or `longestRun` where a figure has a `stop`. An array is
 * one; a long run keeps snapshots and computes the rest again.
 */
export interface Frames<F> {
  readonly length: number;
  at(index: number): F | undefined;
}

/** Two layouts of the same picture; `stageSize` has their widths. */
export type Stage = 'wide' | 'narrow';

/** The group that a figure draws into: an SVG `<g>`, in the browser or in linkedom. */
export type Root = Selection<SVGGElement, unknown, null, undefined>;

/** What a figure says about itself. */
export interface About {
  /** Kebab-case; the file, the register and the address use it. */
  readonly name: string;
  /** A title that states the point. */
  readonly title: string;
  /** The question that the figure answers. */
  readonly question: string;
  /** The first sentence says what to see. Plain text. */
  readonly caption: string;
  /** What the picture is, fixed, for who cannot see it (the SVG's accessible name). */
  readonly picture: string;
  /** What is modelled, a sentence each. */
  readonly models: readonly string[];
  /** What is left out, a sentence each. */
  readonly leavesOut: readonly string[];
  readonly sources: readonly Source[];
  /** Heights of the two stages in SVG units as the figure opens; widths are fixed (`stageSize`). */
  readonly height: { readonly wide: number; readonly narrow: number };
  /** Milliseconds a frame stays at speed 1; 700 where left out. */
  readonly frameMs?: number;
  /** The file in content/ whose data `run` is handed, e.g. 'timeline.yaml'. */
  readonly data?: string;
}

/** A named setting of the parameters. Parameters that it leaves out keep the figure's defaults. */
export interface Preset {
  readonly name: string;
  readonly label: string;
  /** What this setting is, and what it is not; shown when it is chosen. */
  readonly says: string;
  readonly values: Readonly<Record<string, Quantity | string | boolean | readonly string[]>>;
  readonly frame?: number | 'last';
}

/** How a figure opens, and what Reset returns to. */
export interface Initial {
  readonly values?: Readonly<Record<string, Value>>;
  readonly frame: number | 'last';
}

/** One thing that the reader is meant to compare. */
export interface Readout {
  /** Camel-case; `<Value of="id.name"/>` and `expect` use it. */
  readonly id: string;
  readonly label: string;
  /** The value that `expect` compares; NaN is refused by the tests. */
  readonly value: number | string;
  readonly unit?: string;
  /** Decimals that are printed; 0 where left out. */
  readonly digits?: number;
  readonly actor?: ActorName;
}

/** One column of the CSV. */
export interface Column<R> {
  /** Heading, with the unit where there is one: 'time (µs)'. */
  readonly name: string;
  value(row: R): number | string;
}

/** What a task's predicate sees. */
export interface Attempt<F, V> {
  readonly frames: Frames<F>;
  readonly frame: F;
  readonly index: number;
  readonly values: V;
}

/** Something to find out by operating the figure; marked by its own predicate. */
export interface FigureTask<F, V> {
  readonly name: string;
  readonly title: string;
  readonly text: string;
  /** Whether it is done, and in a sentence how far off the reader is (or what they have just shown). */
  check(attempt: Attempt<F, V>): { readonly done: boolean; readonly says: string };
  /** A setting that fulfils it, for 'show me' and for the test. */
  readonly answer: { readonly values: Readonly<Record<string, Value>>; readonly frame?: number | 'last' };
}

/** A figure module, as its file exports it. `F` a frame, `P` the parameters, `D` the content it is handed. */
export interface FigureModule<F = never, P extends Params = Params, D = never, R = F> {
  readonly about: About;
  readonly params: P;
  readonly presets: readonly Preset[];
  readonly initial: Initial;
  /** The two or three frames that print and EPUB show. */
  moments(frames: Frames<F>): readonly number[];
  /** Plays the whole simulation once. Pure; throws never: what is wrong with an input is a frame that says so. */
  run(values: ValuesOf<P>, data: D): Frames<F>;
  /**
   * What of its data travels with the page: enough for the opening picture and for every mark. The rest comes when a
   * reader reaches for the figure. All of it where this is left out.
   */
  readonly first?: (data: D, values: ValuesOf<P>) => D;
  /**
   * Loads what of the figure's code these values need beyond its module; without values all of it, which a browser asks for when a
   * reader reaches for the figure. Everywhere else all of it is there from the start.
   */
  readonly more?: (values?: ValuesOf<P>) => Promise<void> | undefined;
  /** Where Run halts that starts after `index`: the next breakpoint, or the end. A figure that has it has a Run button. */
  readonly stop?: (frames: Frames<F>, values: ValuesOf<P>, index: number) => number;
  /** The line of the text parameter, from 1, that this moment is about; undefined where it is about none. */
  readonly lineOf?: (frame: F, values: ValuesOf<P>) => number | undefined;
  /** Height of a stage where it depends on the values; `about.height` has it for those that the figure opens with. */
  readonly heightOf?: (values: ValuesOf<P>, stage: Stage) => number;
  /** Draws one frame, idempotently; only reads. */
  draw(root: Root, frame: F, values: ValuesOf<P>, stage: Stage): void;
  /** The same moment in a sentence or two. */
  describe(frame: F, values: ValuesOf<P>): string;
  readouts(frame: F, values: ValuesOf<P>): readonly Readout[];
  readonly columns: readonly Column<R>[];
  /** The rows of the CSV where they are not the frames. */
  readonly rows?: (frames: Frames<F>) => readonly R[];
  readonly tasks: readonly FigureTask<F, ValuesOf<P>>[];
}

/** A figure of any kind, as the register hands it out: types erased, published numbers filled in. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the register holds figures whose frames differ
export type AnyFigure = FigureModule<any, any, any, any>;

/** Widths of the stages in SVG units. Never drawn smaller than 1:1 (wide) and 1:1 at a 320 px screen (narrow). */
export const stageSize: Readonly<Record<Stage, number>> = { wide: 720, narrow: 304 };

/** Most moments of a run that can be run to a breakpoint. */
export const longestRun = 200_000;

/** Most stops of a scrubber: a longer run is stepped through moment by moment and scrubbed in larger strides. */
export const mostStops = 2000;

/** Smallest type inside a stage, in SVG units; a unit is never smaller than a CSS pixel. */
export const smallestType = 13;

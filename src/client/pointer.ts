/** What a click, a drag or a wheel on the stage means: `data-set`, `data-drag`, `data-zoom`. */
import { readSettings, splitSettings } from '../figure/address.ts';
import type { NumberParam, Params } from '../figure/contract.ts';
import { readValue } from '../figure/reading.ts';
import type { Operator } from './operator.ts';

interface Scale {
  readonly x0: number;
  readonly x1: number;
  readonly v0: number;
  readonly v1: number;
}

/** Listens on the stage of one figure. */
export function bindPointer(operator: Operator, signal: AbortSignal): void {
  const stage = operator.host.querySelector<HTMLElement>('.stage');
  if (!stage) return;
  stage.addEventListener('click', (event) => click(operator, event), { signal });
  stage.addEventListener('pointerdown', (event) => down(operator, event), { signal });
  stage.addEventListener('wheel', (event) => wheel(operator, event), { signal, passive: false });
  stage.addEventListener('keydown', (event) => zoomKey(operator, stage, event), { signal });
}

function click(operator: Operator, event: Event): void {
  const meaning = (event.target as Element).closest<SVGElement>('[data-set]')?.dataset['set'];
  if (meaning === undefined) return;
  const { values, frame } = readSettings(splitSettings(meaning), operator.figure.params);
  operator.set(values, frame);
}

function down(operator: Operator, event: PointerEvent): void {
  const target = (event.target as Element).closest<SVGElement>('[data-drag], [data-zoom]');
  if (!target || event.button !== 0) return;
  const { drag, zoom } = target.dataset;
  // On a touch screen one finger scrolls the page; only handles (data-drag) take it.
  if (drag === undefined && event.pointerType === 'touch') return;
  const begin = startDrag(operator, target, event, drag, zoom);
  if (!begin) return;
  const moving = new AbortController();
  const { signal } = moving;
  let started = false;
  addEventListener(
    'pointermove',
    (move) => {
      if (!started) {
        // A click that trembles stays a click.
        if (Math.hypot(move.clientX - event.clientX, move.clientY - event.clientY) < 4) return;
        started = true;
        operator.grab();
        target.setPointerCapture(event.pointerId);
      }
      begin(move);
    },
    { signal },
  );
  const end = (): void => {
    moving.abort();
    if (started) operator.release();
  };
  addEventListener('pointerup', end, { signal });
  addEventListener('pointercancel', end, { signal });
}

function startDrag(
  operator: Operator,
  target: SVGElement,
  event: PointerEvent,
  drag: string | undefined,
  zoom: string | undefined,
): ((move: PointerEvent) => void) | undefined {
  const scale = readScale(target);
  if (!scale) return undefined;
  const vertical = target.dataset['dragAxis'] === 'y';
  if (drag !== undefined)
    return (move) => setNumbers(operator, { [drag]: invert(scale, along(target, move, vertical)) });
  const [from, to] = zoomParams(operator, zoom);
  if (!from || !to) return undefined;
  const start = invert(scale, along(target, event, vertical));
  const held = { from: Number(operator.state.values[from]), to: Number(operator.state.values[to]) };
  // The scale of the moment when the drag began: the drawing moves under the pointer.
  return (move) => {
    const by = start - invert(scale, along(target, move, vertical));
    shift(operator, from, to, held.from + by, held.to + by);
  };
}

function wheel(operator: Operator, event: WheelEvent): void {
  // Without Ctrl (which a pinch on a touch pad sets) the page scrolls.
  if (!event.ctrlKey) return;
  const target = (event.target as Element).closest<SVGElement>('[data-zoom]');
  const scale = target && readScale(target);
  if (!target || !scale) return;
  event.preventDefault();
  const vertical = target.dataset['dragAxis'] === 'y';
  zoomAround(
    operator,
    target.dataset['zoom'],
    invert(scale, along(target, event, vertical)),
    Math.exp(event.deltaY / 300),
  );
}

function zoomKey(operator: Operator, stage: HTMLElement, event: KeyboardEvent): void {
  if (event.target !== stage || event.ctrlKey || event.metaKey || event.altKey) return;
  const zoom = stage.querySelector<SVGElement>('[data-zoom]')?.dataset['zoom'];
  const [from, to] = zoomParams(operator, zoom);
  if (!from || !to) return;
  const low = Number(operator.state.values[from]);
  const high = Number(operator.state.values[to]);
  if (event.key === '+' || event.key === '=') zoomAround(operator, zoom, (low + high) / 2, 0.7);
  else if (event.key === '-') zoomAround(operator, zoom, (low + high) / 2, 1 / 0.7);
  else if (event.key === 'ArrowLeft') shift(operator, from, to, low - (high - low) / 5, high - (high - low) / 5);
  else if (event.key === 'ArrowRight') shift(operator, from, to, low + (high - low) / 5, high + (high - low) / 5);
  else return;
  event.preventDefault();
}

function zoomAround(operator: Operator, zoom: string | undefined, middle: number, by: number): void {
  const [from, to] = zoomParams(operator, zoom);
  if (!from || !to) return;
  const low = Number(operator.state.values[from]);
  const high = Number(operator.state.values[to]);
  const param = (operator.figure.params as Params)[from] as NumberParam;
  const least = Math.max(param.step * 2, (high - low) * by);
  const share = high > low ? (middle - low) / (high - low) : 0.5;
  setNumbers(operator, { [from]: middle - share * least, [to]: middle + (1 - share) * least });
}

// The window keeps its width when it meets an end.
function shift(operator: Operator, from: string, to: string, low: number, high: number): void {
  const { min } = (operator.figure.params as Params)[from] as NumberParam;
  const { max } = (operator.figure.params as Params)[to] as NumberParam;
  const back = Math.max(0, min - low) - Math.max(0, high - max);
  setNumbers(operator, { [from]: low + back, [to]: high + back });
}

function setNumbers(operator: Operator, wanted: Readonly<Record<string, number>>): void {
  const params = operator.figure.params as Params;
  const read = Object.entries(wanted).flatMap(([name, number]) => {
    const param = params[name];
    const value = param ? readValue(name, param, String(Number(number.toPrecision(12)))).value : undefined;
    return value === undefined ? [] : [[name, value] as const];
  });
  operator.set(Object.fromEntries(read));
}

function zoomParams(operator: Operator, zoom: string | undefined): readonly (string | undefined)[] {
  const names = (zoom ?? '').split(' ');
  return names.every((name) => Object.hasOwn(operator.figure.params, name)) ? names : [];
}

function readScale(target: SVGElement): Scale | undefined {
  const [x0, x1, v0, v1] = (target.dataset['dragRange'] ?? '').split(' ').map(Number);
  if (x0 === undefined || x1 === undefined || v0 === undefined || v1 === undefined || x0 === x1) return undefined;
  return { x0, x1, v0, v1 };
}

function invert({ x0, x1, v0, v1 }: Scale, x: number): number {
  return v0 + ((x - x0) / (x1 - x0)) * (v1 - v0);
}

function along(target: SVGElement, event: MouseEvent, vertical: boolean): number {
  const matrix = target.ownerSVGElement?.getScreenCTM()?.inverse();
  const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix ?? undefined);
  return vertical ? point.y : point.x;
}

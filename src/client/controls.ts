/** The native inputs of a figure, its buttons, and the keys of its stage. */
import type { Params, Preset, Value } from '../figure/contract.ts';
import { formatParam } from '../figure/words.ts';
import { presetValues, sameValue } from '../figure/values.ts';
import type { Operator } from './operator.ts';
import type { Transport } from './transport.ts';

/** Listens to inputs, buttons and keys of one figure. */
export function bindControls(operator: Operator, transport: Transport | undefined, signal: AbortSignal): void {
  const { host } = operator;
  const params = operator.figure.params as Params;
  for (const control of host.querySelectorAll<HTMLElement>('.control[data-param]')) {
    const name = control.dataset['param'] ?? '';
    const param = params[name];
    if (!param || param.kind === 'text') continue;
    control.addEventListener('pointerdown', () => operator.grab(), { signal });
    control.addEventListener('input', () => operator.set({ [name]: readControl(control, param.kind) }), { signal });
    control.addEventListener('change', () => operator.release(), { signal });
    control.addEventListener('pointerup', () => operator.release(), { signal });
    // What was touched before the code was there, or restored by the browser, is the reader's wish.
    const held = readControl(control, param.kind);
    const untouched = sameValue(operator.state.values[name], operator.opening[name]);
    if (untouched && !sameValue(held, operator.opening[name])) operator.set({ [name]: held });
  }
  const presets = host.querySelector<HTMLSelectElement>('[data-act="preset"]');
  const choose = (): void => {
    if (!presets) return;
    if (presets.value === '') operator.reset();
    else operator.choose(presets.value);
  };
  presets?.addEventListener('change', choose, { signal });
  const opened = presets?.querySelector<HTMLOptionElement>('option[selected]')?.value ?? '';
  if (presets && presets.value !== opened && !operator.state.past.length) choose();
  host.addEventListener(
    'click',
    (event) => {
      const act = (event.target as Element).closest<HTMLElement>('button[data-act]')?.dataset['act'];
      if (act === 'reset') operator.reset();
      else if (act === 'undo') operator.undo();
      else if (act === 'play') transport?.toggle();
      else if (act === 'run') transport?.run();
      else if (act === 'back') transport?.step(-1);
      else if (act === 'step') transport?.step(1);
    },
    { signal },
  );
  host
    .querySelector('.stage')
    ?.addEventListener('keydown', (event) => stageKey(operator, transport, event as KeyboardEvent), {
      signal,
    });
}

/** Puts the inputs where the state is. */
export function showControls(operator: Operator): void {
  const { host, figure, state } = operator;
  const params = figure.params as Params;
  for (const control of host.querySelectorAll<HTMLElement>('.control[data-param]')) {
    const name = control.dataset['param'] ?? '';
    const param = params[name];
    const value = state.values[name];
    if (!param || value === undefined) continue;
    if (param.kind !== 'text') writeControl(control, value);
    const output = control.querySelector('output');
    const text = formatParam(param, value);
    if (output) output.textContent = text;
    if (param.kind === 'number') control.querySelector('input')?.setAttribute('aria-valuetext', text);
  }
  showPreset(operator);
  const changed =
    state.index !== operator.openingFrame ||
    Object.entries(state.values).some(([name, value]) => !sameValue(value, operator.opening[name]));
  host.toggleAttribute('data-changed', changed);
  setDisabled(host.querySelector('.undo [data-act="reset"]'), !changed);
  setDisabled(host.querySelector('[data-act="undo"]'), state.past.length === 0);
}

function showPreset(operator: Operator): void {
  const { host, figure, state } = operator;
  const select = host.querySelector<HTMLSelectElement>('[data-act="preset"]');
  if (!select) return;
  const fits = (preset: Preset): boolean =>
    Object.entries(presetValues(figure.params, preset)).every(([name, value]) => sameValue(value, state.values[name]));
  const preset = figure.presets.find(fits);
  select.value = preset?.name ?? '';
  const says = host.querySelector<HTMLElement>('.preset-says');
  if (!says) return;
  // Words that go away leave their room, or the slider that is being dragged would jump.
  says.classList.toggle('is-past', !preset);
  if (!preset) return;
  says.textContent = select.selectedOptions[0]?.dataset['says'] ?? '';
  says.hidden = false;
}

function readControl(control: HTMLElement, kind: string): Value {
  const inputs = [...control.querySelectorAll<HTMLInputElement>('input')];
  if (kind === 'number') return Number(inputs[0]?.value);
  if (kind === 'switch') return inputs[0]?.checked ?? false;
  if (kind === 'choice') return control.querySelector('select')?.value ?? '';
  return inputs.filter((input) => input.checked).map((input) => input.value);
}

function writeControl(control: HTMLElement, value: Value): void {
  const select = control.querySelector('select');
  if (select && typeof value === 'string') {
    select.value = value;
    return;
  }
  for (const input of control.querySelectorAll<HTMLInputElement>('input')) {
    if (typeof value === 'number') input.value = String(value);
    else if (typeof value === 'boolean') input.checked = value;
    else input.checked = value.includes(input.value);
  }
}

function stageKey(operator: Operator, transport: Transport | undefined, event: KeyboardEvent): void {
  if (event.target !== event.currentTarget || event.altKey || event.metaKey) return;
  if (event.ctrlKey) {
    if (event.key !== 'z') return;
    operator.undo();
  } else if (event.key === ' ' && transport) transport.toggle();
  else if (event.key === 'Enter' && operator.figure.stop && transport) transport.run();
  else if (event.key === 'ArrowRight' && transport) transport.step(1);
  else if (event.key === 'ArrowLeft' && transport) transport.step(-1);
  else if (event.key === 'Home' && transport) operator.seek(0);
  else if (event.key === 'End' && transport) operator.seek('last');
  else if (event.key === 'r' || event.key === 'R') operator.reset();
  else if (event.key === 'z' || event.key === 'Z') operator.undo();
  else return;
  event.preventDefault();
}

function setDisabled(button: Element | null, disabled: boolean): void {
  if (button instanceof HTMLButtonElement) button.disabled = disabled;
}

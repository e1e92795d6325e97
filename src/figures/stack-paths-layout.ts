/** Where the parts of the two stacks stand, on a wide stage side by side and on a narrow one below each other. */
import type { Hop, Request } from '../models/io/stack-paths.ts';
import type { ActorName, Stage } from '../figure/contract.ts';

/** A point in SVG units. */
export type Point = readonly [x: number, y: number];

/** A box of a stack; `inner` ones stand in another box. */
export interface StackBox {
  readonly key: string;
  readonly actor: ActorName;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly note?: string;
  readonly look?: 'is-inner' | 'is-dashed';
  /** Where the words begin, when a route has the corner of the box. */
  readonly textAt?: Point;
}

/** One stack: its boxes, the lanes of the route as path data, its ports, and where a hop's token stands. */
export interface Stack {
  readonly boxes: readonly StackBox[];
  readonly route: string;
  readonly ports: readonly Point[];
  readonly home: Point;
  token(hop: Hop): Point;
  /** The key of the box that has the CPU, or the request, in a hop. */
  holder(hop: Hop): string;
}

/** What the boxes' words depend on. */
export interface Wording {
  readonly request: Request;
  readonly busy: number;
  readonly batch: number;
}

const rowA = { y: 24, height: 94 };
const rowB = { y: 126, height: 72 };
const rowC = { y: 206, height: 42 };

/** Height of a stack with its heading. */
export const stackHeight = rowC.y + rowC.height;

/** Type 1: dom0, domU1 and others above Xen, above the hardware; dom0's driver reaches its device past Xen. */
export function splitDriverStack(stage: Stage, x0: number, y0: number, { request, busy }: Wording): Stack {
  const net = request === 'packet';
  const wide = stage === 'wide';
  const width = wide ? 330 : 302;
  const dom0 = { x: x0, width: wide ? 134 : 126 };
  const domU1 = { x: x0 + dom0.width + 8, width: wide ? 102 : 94 };
  const others = { x: domU1.x + domU1.width + 8, width: width - dom0.width - domU1.width - 16 };
  const toDevice = x0 + 13;
  const toDom0 = x0 + dom0.width - 11;
  const toDomU1 = domU1.x + domU1.width - 12;
  const interrupt = x0 + 78;
  const driverY = y0 + rowA.y + 44;
  const backY = y0 + rowA.y + 76;
  const busY = y0 + rowB.y + 17;
  const deviceY = y0 + rowC.y + 21;
  const inner = { x: x0 + 25, width: dom0.width - 49, height: 24, look: 'is-inner' } as const;
  const words = (y: number): Point => [toDom0 + 10, y];
  const stations: Readonly<Record<string, Point>> = {
    guest: [toDomU1, backY],
    events: [toDomU1, busY],
    scheduler: [(toDom0 + toDomU1) / 2, busY],
    grants: [toDom0, busY],
    interrupt: [interrupt, busY],
    backend: [toDom0, backY],
    driver: [toDevice, driverY],
    device: [toDevice, deviceY],
  };
  const home: Point = [toDomU1, backY];
  return {
    boxes: [
      { key: 'dom0', actor: 'dom0', ...dom0, y: y0 + rowA.y, height: rowA.height, title: 'dom0' },
      { ...inner, key: 'driver', actor: 'dom0', y: driverY - 12, title: net ? 'NIC driver' : 'disk driver' },
      { ...inner, key: 'backend', actor: 'dom0', y: backY - 12, title: net ? 'netback' : 'blkback' },
      { key: 'domu1', actor: 'domu1', ...domU1, y: y0 + rowA.y, height: rowA.height, title: 'domU1', note: 'a guest' },
      {
        key: 'front',
        actor: 'domu1',
        x: domU1.x + 8,
        y: backY - 12,
        width: domU1.width - 30,
        height: 24,
        title: net ? 'netfront' : 'blkfront',
        look: 'is-inner',
      },
      {
        key: 'others',
        actor: 'domu2',
        ...others,
        y: y0 + rowA.y,
        height: rowA.height,
        title: 'Others',
        note: `${busy} busy`,
      },
      {
        key: 'xen',
        actor: 'xen',
        x: x0 + 26,
        y: y0 + rowB.y,
        width: width - 26,
        height: rowB.height,
        title: 'Xen',
        note: 'schedules, events, grants',
        textAt: words(y0 + rowB.y + 42),
      },
      {
        key: 'hw',
        actor: 'hw',
        x: x0,
        y: y0 + rowC.y,
        width,
        height: rowC.height,
        title: 'Hardware',
        note: net ? 'CPU, memory, NIC' : 'CPU, memory, disk',
        textAt: words(y0 + rowC.y + 18),
      },
    ],
    route: [
      line(home, [toDomU1, busY], [net ? toDom0 : interrupt, busY]),
      line([toDom0, busY], [toDom0, backY]),
      line([x0 + 67, backY - 12], [x0 + 67, driverY + 12]),
      line([inner.x, driverY], [toDevice, driverY], [toDevice, deviceY]),
      ...(net ? [] : [line([interrupt, deviceY], [interrupt, busY])]),
    ].join(''),
    ports: [
      home,
      stations['events'],
      stations['backend'],
      stations['driver'],
      stations['device'],
      ...(net ? [] : [stations['interrupt'], [interrupt, deviceY] as const]),
    ].filter(isPoint),
    home,
    token: (hop) => stations[hop.place] ?? home,
    holder: (hop) =>
      hop.owner === 'domu2' ? 'others' : hop.owner === 'dom0' ? hop.place : hop.owner === 'domu1' ? 'front' : hop.owner,
  };
}

/** Type 2: the host's world with its programs, and the guest's world on the VMM, side by side on the hardware. */
export function hostedStack(stage: Stage, x0: number, y0: number, { request, busy }: Wording): Stack {
  const net = request === 'packet';
  const wide = stage === 'wide';
  const width = wide ? 367 : 302;
  const host = { x: x0, width: wide ? 212 : 182 };
  const gap = wide ? 14 : 12;
  const guest = { x: x0 + host.width + gap, width: width - host.width - gap };
  const driver = { x: x0 + 8, width: wide ? 84 : 74 };
  const call = driver.x + driver.width + (wide ? 13 : 11);
  const vmdriver = { x: call + (wide ? 13 : 11), width: host.width - (call - x0) - (wide ? 21 : 19) };
  const vmapp = { x: call - 13, width: host.width - (call - x0) + 13 };
  const answer = vmdriver.x + vmdriver.width / 2;
  const guestLane = guest.x + guest.width - 12;
  const lowY = y0 + rowB.y + 54;
  const topY = y0 + rowA.y + 76;
  const deviceY = y0 + rowC.y + 21;
  const device: Point = [driver.x + driver.width / 2, deviceY];
  const home: Point = [guestLane, topY];
  const stations: Readonly<Record<string, Point>> = {
    guest: home,
    monitor: [guestLane, y0 + rowB.y + 24],
    wall: [guest.x - gap / 2, lowY],
    vmapp: [(call + answer) / 2, topY],
    driver: [call, lowY],
    device,
  };
  const inner = { height: 24, look: 'is-inner' } as const;
  return {
    boxes: [
      {
        key: 'programs',
        actor: 'hostos',
        x: x0,
        y: y0 + rowA.y,
        width: vmapp.x - x0 - 6,
        height: rowA.height,
        title: wide ? 'Programs' : 'Others',
        note: `${busy} busy`,
        look: 'is-dashed',
      },
      {
        key: 'vmapp',
        actor: 'hostos',
        ...vmapp,
        y: y0 + rowA.y,
        height: rowA.height,
        title: 'VMApp',
        note: 'a process',
      },
      {
        key: 'host',
        actor: 'hostos',
        ...host,
        y: y0 + rowB.y,
        height: rowB.height,
        title: 'Host OS',
        note: 'schedules',
      },
      { ...inner, key: 'driver', actor: 'hostos', ...driver, y: lowY - 12, title: net ? 'NIC driver' : 'disk driver' },
      { ...inner, key: 'vmdriver', actor: 'hostos', ...vmdriver, y: lowY - 12, title: 'VMDriver' },
      { key: 'guest', actor: 'domu1', ...guest, y: y0 + rowA.y, height: rowA.height, title: 'Guest' },
      {
        ...inner,
        key: 'front',
        actor: 'domu1',
        x: guest.x + 8,
        width: guest.width - 30,
        y: topY - 12,
        title: 'driver',
      },
      { key: 'vmm', actor: 'xen', ...guest, y: y0 + rowB.y, height: rowB.height, title: 'VMM', note: 'intercepts' },
      {
        key: 'hw',
        actor: 'hw',
        x: x0,
        y: y0 + rowC.y,
        width,
        height: rowC.height,
        title: 'Hardware',
        note: net ? 'CPU, memory, NIC' : 'CPU, memory, disk',
        textAt: [call, y0 + rowC.y + 18],
      },
    ],
    route: [
      line(home, [guestLane, lowY], [vmdriver.x + vmdriver.width, lowY]),
      line([answer, lowY - 12], [answer, topY], [call, topY], [call, lowY], [driver.x + driver.width, lowY]),
      line([device[0], lowY + 12], device),
    ].join(''),
    ports: [home, stations['monitor'], stations['wall'], stations['vmapp'], stations['driver'], device].filter(isPoint),
    home,
    token: (hop) => stations[hop.place] ?? home,
    holder: (hop) => {
      if (hop.label === 'wait') return 'programs';
      if (hop.owner === 'hostos') return hop.place;
      return hop.owner === 'domu1' ? 'front' : hop.owner === 'xen' ? 'vmm' : 'hw';
    },
  };
}

function line(first: Point, ...rest: readonly Point[]): string {
  return `M${first.join(' ')}${rest.map((point) => `L${point.join(' ')}`).join('')}`;
}

function isPoint(point: Point | undefined): point is Point {
  return point !== undefined;
}

/** Type 1: Xen with a front end in the guest, a back end and the native driver in dom0; stack-paths.ts says what is modelled. */
import { path, type Path, type Setting, type Step } from './path.ts';

/** The hops of the request through Xen with split drivers. */
export function splitDriverPath(s: Setting): Path {
  const net = s.request === 'packet';
  const back = net ? 'netback' : 'blkback';
  const it = net ? 'packet' : 'read';
  const wake = (key: string, who: string): Step[] => [
    {
      key: `wait-${key}`,
      place: 'scheduler',
      owner: 'domu2',
      label: 'wait',
      does: `${who} waits while other guests have the CPU`,
      cost: s.busy * s.turn,
      once: true,
      idle: true,
    },
    {
      key: `to-${key}`,
      place: 'scheduler',
      owner: 'xen',
      label: 'switch',
      does: `Xen switches the CPU to ${who}`,
      cost: s.domainSwitch,
      once: true,
      shared: 1,
    },
  ];
  const toDevice: Step[] = [
    {
      key: 'event',
      place: 'events',
      owner: 'xen',
      label: 'event',
      does: 'Xen takes the guest’s hypercall and marks an event for dom0',
      cost: s.event,
      once: true,
      shared: 1,
    },
    ...wake('dom0', 'dom0'),
    {
      key: 'take',
      place: 'backend',
      owner: 'dom0',
      label: back,
      does: `${back} in dom0 takes the ${it} from the ring`,
      cost: s.backend,
    },
    // One hypercall carries as many grant operations as the batch needs, but each is work.
    {
      key: 'grant',
      place: 'grants',
      owner: 'xen',
      label: 'grant',
      does: 'Xen checks the grant and lets dom0 reach the guest’s page',
      cost: s.grant,
      shared: 2,
    },
    {
      key: 'driver',
      place: 'driver',
      owner: 'dom0',
      label: 'driver',
      does: net ? 'the NIC driver in dom0 sends the packet' : 'the disk driver in dom0 starts the read',
      cost: s.driver,
    },
  ];
  const fromDevice: Step[] = [
    { key: 'device', place: 'device', owner: 'hw', label: 'disk', does: 'the disk reads', cost: s.device, idle: true },
    {
      key: 'interrupt',
      place: 'interrupt',
      owner: 'xen',
      label: 'interrupt',
      does: 'Xen takes the disk’s interrupt and marks an event for dom0',
      cost: s.interrupt,
      once: true,
      shared: 1,
    },
    ...wake('dom0-again', 'dom0'),
  ];
  const toGuest: Step[] = [
    {
      key: 'answer',
      place: 'backend',
      owner: 'dom0',
      label: back,
      does: `${back} in dom0 puts the answer on the ring`,
      cost: s.backend,
    },
    {
      key: 'event-back',
      place: 'events',
      owner: 'xen',
      label: 'event',
      does: 'Xen takes dom0’s hypercall and marks an event for domU1',
      cost: s.event,
      once: true,
      shared: 1,
    },
    ...wake('guest', 'domU1'),
  ];
  if (net) return path([...toDevice, ...toGuest], s);
  const inGuest = (key: string, does: string): Step => ({
    key,
    place: 'guest',
    owner: 'domu1',
    label: 'blkfront',
    does,
    cost: s.guestWork,
  });
  return path(
    [
      inGuest('front', 'blkfront in domU1 grants its page and puts the read on the ring'),
      ...toDevice,
      ...fromDevice,
      ...toGuest,
      inGuest('front-again', 'blkfront in domU1 takes the answer and ends the grant'),
    ],
    s,
  );
}

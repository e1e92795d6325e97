/** Type 2: VMware Workstation 2.0, from Sugerman et al. 2001, Figures 4 and 5; stack-paths.ts says what is modelled. */
import { path, type Path, type Setting, type Step } from './path.ts';

/** The hops of the request through VMware Workstation 2.0, as Figure 4 of the paper orders them. */
export function hostedPath(s: Setting): Path {
  const net = s.request === 'packet';
  const exit: Step[] = [
    {
      key: 'exit',
      place: 'monitor',
      owner: 'xen',
      label: 'VMM',
      does: net
        ? 'the VMM intercepts the guest’s OUT instruction'
        : 'the VMM intercepts the guest’s access to its disk',
      cost: s.exit,
      each: 1,
    },
    {
      key: 'to-host',
      place: 'wall',
      owner: 'xen',
      label: 'world switch',
      does: 'VMM and VMDriver switch to the host’s world',
      cost: s.worldSwitch,
      once: true,
      shared: 2,
    },
    {
      key: 'before',
      place: 'vmapp',
      owner: 'hostos',
      label: 'VMApp',
      does: 'VMApp, a process of the host, prepares its system call',
      cost: s.before,
    },
  ];
  const back: Step[] = [
    {
      key: 'from-host',
      place: 'wall',
      owner: 'xen',
      label: 'world switch',
      does: 'VMDriver and VMM switch back to the guest’s world',
      cost: s.worldSwitch,
      once: true,
      shared: 2,
    },
    {
      key: 'resume',
      place: 'monitor',
      owner: 'xen',
      label: 'VMM',
      does: 'the VMM gives control back to the guest',
      cost: s.resume,
      each: 1,
    },
  ];
  // Into the kernel and out of it again: a send returns at once; a read sleeps in the kernel in between.
  const driver = (does: string, each: number): Step => ({
    key: 'driver',
    place: 'driver',
    owner: 'hostos',
    label: 'driver',
    does,
    cost: s.driver,
    each,
  });
  const after = (each: number): Step => ({
    key: 'after',
    place: 'vmapp',
    owner: 'hostos',
    label: 'VMApp',
    does: 'VMApp has its answer and hands it to the VMM',
    cost: s.after,
    each,
  });
  if (net)
    return path(
      [...exit, driver('VMNet and the NIC driver in the host OS send the packet', 2), after(0), ...back],
      s,
      true,
    );
  const inGuest = (key: string, does: string): Step => ({
    key,
    place: 'guest',
    owner: 'domu1',
    label: 'guest',
    does,
    cost: s.guestWork,
  });
  return path(
    [
      inGuest('guest', 'the guest’s driver programs its emulated disk'),
      ...exit,
      driver('the disk driver in the host OS starts the read', 1),
      {
        key: 'device',
        place: 'device',
        owner: 'hw',
        label: 'disk',
        does: 'the disk reads',
        cost: s.device,
        idle: true,
      },
      {
        key: 'interrupt',
        place: 'driver',
        owner: 'hostos',
        label: 'interrupt',
        does: 'the host OS takes the disk’s interrupt and wakes VMApp',
        cost: s.interrupt,
        once: true,
      },
      {
        key: 'wait',
        place: 'vmapp',
        owner: 'hostos',
        label: 'wait',
        does: 'VMApp waits while other programs have the CPU',
        cost: s.busy * s.turn,
        once: true,
        idle: true,
      },
      after(1),
      ...back,
      inGuest('guest-again', 'the guest’s driver takes the answer'),
    ],
    s,
  );
}

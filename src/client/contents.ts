/** The entry of the page's contents whose section is being read. */

/** Follows the reader: the section whose heading last passed the upper third of the window is current. */
export function bindContents(): void {
  const links = [...document.querySelectorAll<HTMLAnchorElement>('.side-contents a')];
  const headings = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
  if (links.length === 0) return;
  const show = (): void => {
    const line = innerHeight / 3 + 1;
    const passed = headings.findLastIndex((heading) => heading && heading.getBoundingClientRect().top <= line);
    for (const [index, link] of links.entries())
      if (index === passed) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
  };
  // It is asked again only when a heading crosses the line, in either direction; all that lies above it counts, so that
  // a leap over several is not missed.
  const crossings = new IntersectionObserver(show, { rootMargin: '99999px 0px -66.6%' });
  for (const heading of headings) if (heading) crossings.observe(heading);
}

/** The whole vocabulary of articles. */
import Actor from './Actor.astro';
import Anchor from './Anchor.astro';
import Cite from './Cite.astro';
import Do from './Do.astro';
import Figure from './Figure.astro';
import H2 from './H2.astro';
import H3 from './H3.astro';
import Hypervisors from './Hypervisors.astro';
import Number from './Number.astro';
import Pre from './Pre.astro';
import Quiz from './Quiz.astro';
import Scrub from './Scrub.astro';
import Side from './Side.astro';
import Task from './Task.astro';
import Term from './Term.astro';
import Value from './Value.astro';

/** Names that MDX puts in the places of tags. */
export const components = {
  Actor,
  Cite,
  Do,
  Figure,
  Hypervisors,
  Number,
  Quiz,
  Scrub,
  Side,
  Task,
  Term,
  Value,
  a: Anchor,
  h2: H2,
  h3: H3,
  pre: Pre,
};

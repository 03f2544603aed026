/** The process that a supervisor forks: loads the project and works for it. */
import { runChild } from './child.js';
import { loadProjectWork } from './load-work.js';

await runChild(loadProjectWork);

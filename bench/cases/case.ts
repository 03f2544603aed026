import type { Lab } from '../lab.js';
import type { Row } from '../row.js';

export interface Case {
  /** What `--only` calls it. */
  name: string;
  /** How many samples of each way, unless `--samples` says otherwise. */
  samples: number;
  run(lab: Lab, samples: number): Promise<Row[]>;
}

import type { Pool } from '../db/pool.js';

/** A statement under a name of its own: each connection parses and plans it once. */
export interface Statement {
  name: string;
  text: string;
}

export type Cell = string | number | Buffer | null;
export type Row = Cell[];

const BYTEA = 17;
const INT4 = 23;
/** Values arrive as text: JSON is parsed here once, by its reader, and not by the driver as well. */
const types = {
  getTypeParser:
    (oid: number) =>
    (text: string): Cell =>
      oid === BYTEA ? Buffer.from(text.slice(2), 'hex') : oid === INT4 ? Number(text) : text,
};

export interface Result {
  rows: Row[];
  /** Rows that the outermost command returned, inserted or changed. */
  count: number;
}

/** Runs a prepared statement; rows come as arrays in the order of its columns. */
export async function execute(pool: Pool, statement: Statement, values: unknown[]): Promise<Result> {
  const result = await pool.query<Row>({ ...statement, values, rowMode: 'array', types } as never);
  return { rows: result.rows, count: result.rowCount ?? 0 };
}

/** LangGraph's own tables, in the schema where its PostgresSaver keeps them. */
export interface Tables {
  schema: string;
  checkpoints: string;
  blobs: string;
  writes: string;
}

export function tablesOf(schema: string): Tables {
  const quoted = `"${schema.replaceAll('"', '""')}"`;
  return {
    schema,
    checkpoints: `${quoted}.checkpoints`,
    blobs: `${quoted}.checkpoint_blobs`,
    writes: `${quoted}.checkpoint_writes`,
  };
}

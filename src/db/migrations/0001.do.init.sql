-- Holdfast's own tables. LangGraph's checkpoint tables are its own (schema "public" by default) and are made by the checkpointer.
CREATE SCHEMA IF NOT EXISTS holdfast;

-- Registered at worker start.
CREATE TABLE holdfast.agents (
  name          text PRIMARY KEY,
  version       text NOT NULL,                       -- the one registered last
  owner         text,
  task_queue    text NOT NULL,
  registered_at timestamptz NOT NULL DEFAULT now()
);

-- Immutable: a changed graph under an unchanged version is another row.
CREATE TABLE holdfast.agent_versions (
  agent         text NOT NULL REFERENCES holdfast.agents (name) ON DELETE CASCADE,
  version       text NOT NULL,
  topology_hash text NOT NULL,
  definition    jsonb NOT NULL,                      -- nodes, edges and options as registered; no code
  registered_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (agent, version, topology_hash)
);

-- One row per worker child; seen_at is moved by its supervisor while it lives.
CREATE TABLE holdfast.workers (
  worker_id  uuid PRIMARY KEY,
  host       text NOT NULL,
  pid        int NOT NULL,
  task_queue text NOT NULL,
  agents     text[] NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  seen_at    timestamptz NOT NULL DEFAULT now(),
  stopped_at timestamptz
);

CREATE TABLE holdfast.threads (
  thread_id  text PRIMARY KEY,
  agent      text NOT NULL,
  metadata   jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now()
);

-- The fence: who may write to a thread now, and what it is asked to do. The thread's only write lock.
-- (era, seq, attempt) is the phase token: workflow execution start in ms, counter in it, Temporal attempt. It only goes up.
CREATE TABLE holdfast.fences (
  thread_id text PRIMARY KEY,
  era       bigint NOT NULL DEFAULT 0,
  seq       int NOT NULL DEFAULT 0,
  attempt   int NOT NULL DEFAULT 0,
  run_id    uuid,                                    -- the run that holds the thread
  head      text,                                    -- its newest checkpoint; null: the first put adopts its parent
  stop      int,                                     -- the last superstep that the run's recursion limit allows
  applied   uuid,                                    -- the last request (answer, verb) applied to the state, so that it is applied once
  control   text NOT NULL DEFAULT 'none' CHECK (control IN ('none', 'drain', 'abort')),
  deleted   boolean NOT NULL DEFAULT false           -- a tombstone: a deleted thread does not come back
) WITH (fillfactor = 50);

CREATE TABLE holdfast.runs (
  run_id         uuid PRIMARY KEY,
  thread_id      text NOT NULL REFERENCES holdfast.threads (thread_id) ON DELETE CASCADE,
  agent          text NOT NULL,
  agent_version  text,                               -- set by the worker that starts it
  task_queue     text NOT NULL,
  status         text NOT NULL DEFAULT 'pending'
                 CHECK (status IN ('pending', 'running', 'success', 'error', 'interrupted', 'held', 'paused', 'cancelled', 'timeout')),
  kind           text NOT NULL CHECK (kind IN ('input', 'command', 'resume', 'continue', 'update')),
  payload_type   text,                               -- LangGraph serde's type of the payload
  payload        bytea,                              -- input, command or answers
  options        jsonb NOT NULL DEFAULT '{}',        -- config, context, limits, breakpoints (RunOptions)
  multitask      text NOT NULL DEFAULT 'reject' CHECK (multitask IN ('reject', 'enqueue', 'interrupt', 'rollback')),
  resumes_run_id uuid REFERENCES holdfast.runs (run_id) ON DELETE SET NULL,
  chain_id       uuid NOT NULL,                      -- the first run of the chain
  initiator      text,
  submissions    int NOT NULL DEFAULT 1,             -- how often it was handed to Temporal (again after each hold)
  cancel_action  text CHECK (cancel_action IN ('cancel', 'interrupt', 'rollback')),   -- asked for, and not yet done
  cancel_reason  text,
  cancelled_by   text,
  steps          int NOT NULL DEFAULT 0,
  head           text,
  waiting_at     text[],                             -- nodes that wait, when interrupted or held
  interrupts     jsonb,                              -- [{id, value, node}] when interrupted
  error          jsonb,                              -- {code, name, message} when error, timeout or held
  created_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
  submitted_at   timestamptz NOT NULL DEFAULT clock_timestamp(),   -- the last time; limits count from here
  started_at     timestamptz,
  ended_at       timestamptz
);
-- Multitask "reject": of two requests at the same time one is refused.
CREATE UNIQUE INDEX runs_exclusive ON holdfast.runs (thread_id) WHERE multitask = 'reject' AND status IN ('pending', 'running');
-- An interrupt is answered once: of two answers one wins.
CREATE UNIQUE INDEX runs_answer ON holdfast.runs (resumes_run_id) WHERE status <> 'cancelled';
CREATE INDEX runs_thread ON holdfast.runs (thread_id, run_id);
CREATE INDEX runs_chain ON holdfast.runs (chain_id, run_id);
CREATE INDEX runs_open ON holdfast.runs (status, run_id) WHERE status NOT IN ('success');

-- One try of one slice. Written before node code runs.
CREATE TABLE holdfast.attempts (
  run_id     uuid NOT NULL REFERENCES holdfast.runs (run_id) ON DELETE CASCADE,
  era        bigint NOT NULL,
  seq        int NOT NULL,
  attempt    int NOT NULL,
  worker_id  uuid NOT NULL,
  pid        int NOT NULL,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended_at   timestamptz,                            -- null: it never came back
  head       text,
  steps      int NOT NULL DEFAULT 0,
  outcome    text,
  PRIMARY KEY (run_id, era, seq, attempt)
);

-- Written before node code from a slice's second attempt on: unfinished rows name a node that kills its process.
CREATE TABLE holdfast.task_attempts (
  run_id      uuid NOT NULL REFERENCES holdfast.runs (run_id) ON DELETE CASCADE,
  task_id     text NOT NULL,
  era         bigint NOT NULL,
  seq         int NOT NULL,
  attempt     int NOT NULL,
  node        text NOT NULL,
  started_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  finished_at timestamptz,
  released    boolean NOT NULL DEFAULT false,        -- an operator let it try anew
  PRIMARY KEY (run_id, task_id, era, seq, attempt)
);

-- A failed try of a task; the key makes a repeated report the same report.
CREATE TABLE holdfast.failures (
  run_id    uuid NOT NULL REFERENCES holdfast.runs (run_id) ON DELETE CASCADE,
  task_id   text NOT NULL,
  try       int NOT NULL,
  node      text NOT NULL,
  name      text NOT NULL,
  message   text NOT NULL,
  stack     text,
  retryable boolean NOT NULL,
  final     boolean NOT NULL,                        -- no further try follows by policy
  delay_ms  int NOT NULL DEFAULT 0,
  at        timestamptz NOT NULL DEFAULT clock_timestamp(),
  released  boolean NOT NULL DEFAULT false,          -- an operator let it try anew: it no longer counts
  PRIMARY KEY (run_id, task_id, try)
);

CREATE TABLE holdfast.holds (
  hold_id      uuid PRIMARY KEY,
  run_id       uuid NOT NULL REFERENCES holdfast.runs (run_id) ON DELETE CASCADE,
  cause        text NOT NULL CHECK (cause IN ('node_failed', 'node_timeout', 'node_killed_process', 'limit_reached', 'graph_failed', 'state_unserializable')),
  message      text NOT NULL,
  node         text,
  task_id      text,
  since        timestamptz NOT NULL DEFAULT clock_timestamp(),
  released_at  timestamptz,
  verb         text CHECK (verb IN ('retry', 'skip', 'goto', 'edit', 'cancel')),
  payload_type text,                                 -- the verb's update
  payload      bytea,
  target       text,                                 -- the node skipped or gone to
  reason       text,
  actor        text
);
CREATE UNIQUE INDEX holds_open ON holdfast.holds (run_id) WHERE released_at IS NULL;
CREATE INDEX holds_run ON holdfast.holds (run_id, hold_id);

-- The timeline: one row per root superstep, written by the statement that commits its checkpoint.
CREATE TABLE holdfast.supersteps (
  thread_id     text NOT NULL,
  checkpoint_id text NOT NULL,
  run_id        uuid NOT NULL REFERENCES holdfast.runs (run_id) ON DELETE CASCADE,
  era           bigint NOT NULL,
  seq           int NOT NULL,
  attempt       int NOT NULL,
  step          int NOT NULL,
  tasks         jsonb NOT NULL,                      -- [{id, node, ms}] that ran here
  committed_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (thread_id, checkpoint_id)
);
CREATE INDEX supersteps_run ON holdfast.supersteps (run_id, checkpoint_id);

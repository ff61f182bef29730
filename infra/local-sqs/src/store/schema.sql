-- Times are milliseconds since the epoch, by the injected clock.

CREATE TABLE IF NOT EXISTS queues (
    id          INTEGER PRIMARY KEY,
    name        TEXT    NOT NULL UNIQUE,
    settings    TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;

-- A message is in flight while `held` is 1 and `available_at` is to come; delayed while `held` is 0 and `available_at` is to come.
CREATE TABLE IF NOT EXISTS messages (
    sequence           INTEGER PRIMARY KEY AUTOINCREMENT,
    queue_id           INTEGER NOT NULL REFERENCES queues (id) ON DELETE CASCADE,
    message_id         TEXT    NOT NULL,
    group_id           TEXT,
    deduplication_id   TEXT,
    sent_at            INTEGER NOT NULL,
    available_at       INTEGER NOT NULL,
    held               INTEGER NOT NULL DEFAULT 0,
    receive_count      INTEGER NOT NULL DEFAULT 0,
    first_received_at  INTEGER,
    trace_header       TEXT,
    dead_letter_source TEXT,
    attributes         TEXT    NOT NULL,
    body               TEXT    NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS messages_by_availability ON messages (queue_id, available_at, sequence, group_id);
CREATE INDEX IF NOT EXISTS messages_by_group ON messages (queue_id, group_id);
CREATE INDEX IF NOT EXISTS messages_of_group ON messages (queue_id, group_id, available_at, sequence);
CREATE INDEX IF NOT EXISTS messages_by_age ON messages (queue_id, sent_at);
CREATE INDEX IF NOT EXISTS messages_held ON messages (queue_id, group_id, available_at) WHERE held = 1;

-- `scope` is the group where ids are unique in their group only, and empty where in the queue.
CREATE TABLE IF NOT EXISTS deduplications (
    queue_id         INTEGER NOT NULL REFERENCES queues (id) ON DELETE CASCADE,
    scope            TEXT    NOT NULL,
    deduplication_id TEXT    NOT NULL,
    message_id       TEXT    NOT NULL,
    sequence         INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL,
    PRIMARY KEY (queue_id, scope, deduplication_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS deduplications_by_end ON deduplications (expires_at);

-- Dead letters that were sent back, all of a queue at once.
CREATE TABLE IF NOT EXISTS move_tasks (
    handle     TEXT    PRIMARY KEY,
    queue_id   INTEGER NOT NULL REFERENCES queues (id) ON DELETE CASCADE,
    moved      INTEGER NOT NULL,
    started_at INTEGER NOT NULL
) STRICT;

-- Who does what only one node should do at a time, and until when.
CREATE TABLE claim (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL,
    held_until BIGINT NOT NULL
);

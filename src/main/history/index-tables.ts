/** The tables of the index. Whatever is changed here needs another version: an index of another one is built again. */

export const indexVersion = 2;

export const indexTables = `
-- generation goes up whenever names were added; runs is another one whenever a run was changed.
CREATE TABLE state (generation INTEGER NOT NULL, runs TEXT NOT NULL);
INSERT INTO state VALUES (0, hex(randomblob(16)));

-- mark: size and time of the journal that it was made of. The words are lower case.
CREATE TABLE run (
  run TEXT PRIMARY KEY, mark TEXT NOT NULL, trouble INTEGER NOT NULL, started TEXT NOT NULL, verdict TEXT NOT NULL,
  method TEXT NOT NULL, route TEXT NOT NULL, status INTEGER, seconds REAL, bytes REAL,
  job TEXT NOT NULL, site TEXT NOT NULL, class TEXT NOT NULL, operator TEXT NOT NULL,
  volume TEXT NOT NULL, host TEXT NOT NULL, tape TEXT NOT NULL, code TEXT NOT NULL,
  words TEXT NOT NULL, line TEXT NOT NULL
);
CREATE TABLE volume (
  run TEXT NOT NULL, position INTEGER NOT NULL, site TEXT NOT NULL, class TEXT NOT NULL, volume TEXT NOT NULL, point TEXT NOT NULL,
  PRIMARY KEY (run, position)
) WITHOUT ROWID;

-- place: where its files lie, as JSON. done: how many entries were taken so far. finished: 1 at the end, 2 where there is no such file.
CREATE TABLE catalogue (
  id INTEGER PRIMARY KEY, run TEXT NOT NULL, position INTEGER NOT NULL, file TEXT NOT NULL, mark TEXT NOT NULL,
  entries INTEGER NOT NULL, done INTEGER NOT NULL, finished INTEGER NOT NULL, place TEXT NOT NULL, UNIQUE (run, position)
);

-- Paths of directories, and names in them: pages of lines in bytes (name-list.ts), in the order of their numbers, sorted within what came at once.
CREATE TABLE directory_page (
  first INTEGER PRIMARY KEY, count INTEGER NOT NULL, low TEXT NOT NULL, high TEXT NOT NULL, names BLOB NOT NULL, hashes BLOB NOT NULL
);
CREATE TABLE file_page (
  first INTEGER PRIMARY KEY, count INTEGER NOT NULL, low TEXT NOT NULL, high TEXT NOT NULL, names BLOB NOT NULL, hashes BLOB NOT NULL
);
-- The directory of each file of the page, 32 bits each.
CREATE TABLE file_directories (first INTEGER PRIMARY KEY, directories BLOB NOT NULL);

-- What a catalogue holds: pieces of entries, sorted by the file's number (held-entries.ts).
CREATE TABLE held (id INTEGER PRIMARY KEY, catalogue INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, entries BLOB NOT NULL);
CREATE INDEX held_by_file ON held (catalogue, first, last);
`;

/** Databases outside: PostgreSQL, MySQL and MariaDB, SQLite, DuckDB files. */
export interface DatabaseProbes {}

/** Databases outside: PostgreSQL, MySQL and MariaDB, SQLite, DuckDB files. */
export interface DatabaseServices {}

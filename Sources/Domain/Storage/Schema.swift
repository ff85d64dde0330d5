public import Database
internal import Migrations

/// Storage keeps the domain in SQL: one typed store per aggregate, each a struct over a transaction, reached from the transaction itself
/// (`transaction.sessions.find(…)`). It owns every statement of this product and the mapping between rows and values.
///
/// Its verbs are atomic and answer with outcomes (`fresh`, `replayed`, `expired`, `unknown`), decided by one statement each. It does not decide what
/// an outcome means, and it opens no transaction: the service does, so that a change and its audit record are one.
public enum Schema {
    /// What `Database.migrate` needs to make the tables that the stores read and write.
    public static let migrations: [Migration] = EmbeddedMigrations.all.map { step in
        Migration(
            version: step.version, name: step.name, sqlite: step.sqlite, postgres: step.postgres,
            phase: step.contractsTo.map { .contract(needs: $0) } ?? .expand,
            locks: step.locks.map { Migration.TableLock(table: $0.table, mode: $0.mode) })
    }
}

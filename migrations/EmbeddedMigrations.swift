/// The migrations in this folder, as part of the binary: what a program needs to bring any older database to its own schema.
///
/// This target owns the SQL that makes the schema, one folder an engine, and nothing else. Files are named `V0001_….sql` and numbered without gaps;
/// a file that has been released never changes, since its checksum is kept in every database it was applied to.
public enum EmbeddedMigrations {
    /// In order, for SQLite.
    public static let sqlite: [(version: Int, name: String, sql: String)] = [
        (1, "foundation", text(PackageResources.V0001_foundation_sql))
    ]

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

/// The migrations in this folder, as part of the binary: what a program needs to bring any older database to its own schema.
///
/// This target owns the SQL that makes the schema, one folder an engine, and nothing else. Files are named `V0001_….sql` and numbered without gaps;
/// a file that has been released never changes, since its checksum is kept in every database it was applied to.
public enum EmbeddedMigrations {
    /// One step, in the SQL of each engine.
    public struct Step: Sendable {
        public let version: Int
        public let name: String
        public let sqlite: String
        public let postgres: String
        /// What the step takes away: the version of the schema that a program must know at least to work on after it. Nil where every
        /// program that worked before works on.
        public let contractsTo: Int?
        /// The tables that exist already and that the step locks in PostgreSQL, with the lock's mode.
        public let locks: [(table: String, mode: String)]
    }

    /// In order.
    public static let all: [Step] = [
        Step(
            version: 1, name: "foundation", sqlite: text(PackageResources.V0001_foundation_sql),
            postgres: text(PackageResources.V0001_foundation_postgres_sql), contractsTo: nil, locks: []),
        Step(
            version: 2, name: "claims", sqlite: text(PackageResources.V0002_claims_sql), postgres: text(PackageResources.V0002_claims_postgres_sql),
            contractsTo: nil, locks: []),
    ]

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

/// Why the database could not do what was asked. Messages name tables, columns and engine codes, never stored or bound values.
public enum DatabaseError: Error, Sendable, Hashable {
    /// Busy beyond the time-out, disk full, I/O failure, closed, or too much waiting already: try again later.
    case unavailable(String)
    /// A row with this key exists. The text names the constraint or its columns.
    case uniqueViolation(String)
    /// A row that others refer to is missing or still referred to.
    case foreignKeyViolation
    /// A value the schema or the engine does not allow, such as text with a NUL character.
    case checkViolation(String)
    /// The schema was written by a newer program.
    case schemaNewer(found: Int, known: Int)
    /// An applied migration is not the one this program carries.
    case schemaAltered(version: Int, name: String)
    /// The file is damaged or no database.
    case corrupt(String)
    /// A row does not hold what the statement's reader expects.
    case malformedRow(String)
    /// The role that the program is connected as may not do this. The text names what it may not touch.
    case forbidden(String)
    /// A statement that the engine does not accept: an error of the program.
    case misuse(String)
}

extension DatabaseError: CustomStringConvertible {
    /// One sentence for an operator.
    public var description: String {
        switch self {
        case .unavailable(let reason): "the database is not available: \(reason)"
        case .uniqueViolation(let key): "a row with this key exists already: \(key)"
        case .foreignKeyViolation: "a row that this one refers to is missing, or others still refer to it"
        case .checkViolation(let rule): "the database does not allow this value: \(rule)"
        case .schemaNewer(let found, let known):
            "the database has schema version \(found), but this program knows only up to \(known): run the newer program, or restore a backup made before the upgrade"
        case .schemaAltered(let version, let name):
            "migration \(version) (\(name)) in the database is not the one this program carries: the schema was altered outside its migrations"
        case .corrupt(let reason): "the database file is damaged or is no database: \(reason)"
        case .malformedRow(let reason): "a stored row cannot be read: \(reason)"
        case .forbidden(let reason): "the database role may not do this: \(reason)"
        case .misuse(let reason): "a statement was refused: \(reason)"
        }
    }
}

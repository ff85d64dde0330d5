import Database
import Domain
import OAuthProtocol
import Primitives

// A stored value that its type refuses was not written by these stores: the row is malformed.
extension Row {
    func residentID(_ column: Int) throws(DatabaseError) -> ResidentID { try value(column, ResidentID.init(rawValue:)) }

    func grantID(_ column: Int) throws(DatabaseError) -> GrantID { try value(column, GrantID.init(rawValue:)) }

    func clientID(_ column: Int) throws(DatabaseError) -> ClientID { try value(column, ClientID.init(rawValue:)) }

    func scope(_ column: Int) throws(DatabaseError) -> ScopeSet {
        let text = try text(column)
        do throws(OAuthFailure) {
            return text.isEmpty ? .empty : try ScopeSet(parsing: text)
        } catch {
            throw malformed(column)
        }
    }

    func json(_ column: Int) throws(DatabaseError) -> JSONValue {
        let text = try text(column)
        do throws(JSONError) {
            return try JSONValue(parsing: text, maximumBytes: 1_048_576)
        } catch {
            throw malformed(column)
        }
    }

    func object(_ column: Int) throws(DatabaseError) -> JSONObject {
        guard let object = try json(column).objectValue else { throw malformed(column) }
        return object
    }

    func strings(_ column: Int) throws(DatabaseError) -> [String] {
        guard let strings = try json(column).stringArray else { throw malformed(column) }
        return strings
    }

    /// A text that `read` understands.
    func value<T>(_ column: Int, _ read: (String) -> T?) throws(DatabaseError) -> T {
        guard let value = read(try text(column)) else { throw malformed(column) }
        return value
    }

    func malformed(_ column: Int) -> DatabaseError { .malformedRow("column \(column) does not hold a value of its kind") }
}

/// A list of texts as it is stored.
func jsonText(_ strings: [String]) -> String { JSONValue.array(strings.map(JSONValue.string)).serialized() }

func jsonText(_ object: JSONObject) -> String { JSONValue.object(object).serialized() }

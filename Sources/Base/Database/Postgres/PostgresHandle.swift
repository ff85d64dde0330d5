internal import CPostgres

/// How a connection to the server is made and set up, for work and for listening alike.
enum PostgresHandle {
    /// Blocks until the server is ready for statements. The caller ends the connection with `PQfinish`.
    static func connect(_ server: PostgresServer) throws(DatabaseError) -> OpaquePointer {
        let pairs = server.connectionParameters
        let made = withCStrings(pairs.map(\.keyword)) { keywords in
            withCStrings(pairs.map(\.value)) { values in PQconnectdbParams(keywords, values, 1) }
        }
        guard let handle = made else { throw .unavailable("out of memory") }
        do throws(DatabaseError) {
            guard PQstatus(handle) == CONNECTION_OK else { throw .unavailable(reason(of: handle)) }
            portico_drop_notices(handle)
            try setUp(handle)
        } catch {
            PQfinish(handle)
            throw error
        }
        return handle
    }

    /// Limits that hold where neither the URI nor the role or database says otherwise: a statement ends after ten seconds, waiting for another
    /// transaction's row after five, and a transaction whose client has gone quiet after thirty.
    ///
    /// Small tables are read by their indexes too: under SERIALIZABLE a table read through conflicts with every change of it, whichever row
    /// was wanted (PostgreSQL's manual, §13.2.3).
    private static let settings = """
        SELECT set_config(name, value, false) FROM (VALUES ('statement_timeout', '10s'), ('lock_timeout', '5s'),
            ('idle_in_transaction_session_timeout', '30s')) AS standard (name, value)
        WHERE current_setting(name) = '0'
        UNION ALL SELECT set_config('enable_seqscan', 'off', false)
        UNION ALL SELECT current_setting('server_encoding')
        """

    private static func setUp(_ handle: OpaquePointer) throws(DatabaseError) {
        guard let answer = PQexec(handle, settings) else { throw .unavailable("the connection to PostgreSQL was lost") }
        let result = PostgresResult(answer)
        if let failure = result.failure { throw failure.error }
        guard let encoding = PQgetvalue(answer, Int32(result.rowCount - 1), 0), String(cString: encoding) == "UTF8" else {
            throw .misuse("the database's encoding must be UTF8")
        }
    }

    /// libpq's words on why there is no connection, in one line: it names hosts, ports, users and databases, never a password.
    private static func reason(of handle: OpaquePointer) -> String {
        let words = String(cString: PQerrorMessage(handle)).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return words.isEmpty ? "PostgreSQL cannot be reached" : words
    }

    /// The texts as a null-terminated array of C strings, valid for the length of `body`.
    private static func withCStrings<R>(_ texts: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> R) -> R {
        let copies = texts.map { ContiguousArray($0.utf8CString) }
        let bytes = copies.flatMap { $0 }
        return bytes.withUnsafeBufferPointer { buffer in
            var pointers: [UnsafePointer<CChar>?] = []
            var offset = 0
            for copy in copies {
                pointers.append(buffer.baseAddress?.advanced(by: offset))
                offset += copy.count
            }
            pointers.append(nil)
            return pointers.withUnsafeBufferPointer { body($0.baseAddress) }
        }
    }
}

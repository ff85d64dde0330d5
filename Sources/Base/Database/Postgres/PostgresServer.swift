/// The server as this program's connections know it.
struct PostgresServer: Sendable {
    let url: PostgresURL
    let applicationName: String

    /// The keywords and values a connection is made from. What comes later wins.
    ///
    /// Where the bytes leave the machine TLS is asked for even if the URI does not: libpq's own default would go on without.
    var connectionParameters: [(keyword: String, value: String)] {
        var pairs = [
            ("application_name", applicationName), ("connect_timeout", "3"), ("target_session_attrs", "read-write"),
            // A server that vanished without a word is noticed by the kernel; what waits for it is given up here as well.
            ("keepalives_idle", "5"), ("keepalives_interval", "2"), ("keepalives_count", "3"), ("tcp_user_timeout", "6000"),
        ]
        if url.crossesNetwork { pairs.append(("sslmode", "require")) }
        pairs.append(("dbname", url.text))
        pairs.append(("client_encoding", "UTF8"))
        return pairs
    }
}

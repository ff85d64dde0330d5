import Database
import EngineFixture
import Foundation
import Synchronization

/// Stands between a database and its server, on a Unix socket of its own, and cuts connections at a chosen word of the client.
final class SocketRelay: Sendable {
    /// What is done with a chunk of the client's that holds the word, once.
    enum Cut: Sendable {
        /// The server never sees it.
        case before(String)
        /// The server sees it, and its answer is not passed on.
        case after(String)

        var word: String {
            switch self {
            case .before(let word), .after(let word): word
            }
        }
    }

    let url: PostgresURL
    private let folder: TemporaryFolder
    private let target: String
    private let listener: Int32
    private let plan = Mutex<(cut: Cut, connection: String)?>(nil)
    /// How often a cut was made.
    let cuts = Counter()

    init(to schema: PostgresSchema) throws {
        folder = try TemporaryFolder()
        target = (schema.url.parameter("host") ?? "") + "/.s.PGSQL.5432"
        let host = folder.path("").split(separator: "/").map { "%2F" + $0 }.joined()
        let options = (schema.url.parameter("options") ?? "").replacing("=", with: "%3D")
        guard let url = PostgresURL("postgresql://postgres@\(host)/postgres?options=\(options)") else { throw POSIXError(.EINVAL) }
        self.url = url
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        try Self.withAddress(folder.path(".s.PGSQL.5432")) { guard bind(listener, $0, $1) == 0 else { throw POSIXError(.EADDRINUSE) } }
        listen(listener, 16)
        Thread.detachNewThread { [self] in
            while case let client = accept(listener, nil, nil), client >= 0 { relay(client) }
        }
    }

    /// Cuts the connection that next says the word, once it has said `statement`, which tells it from others.
    func cutNext(_ cut: Cut, onceSaid statement: String) { plan.withLock { $0 = (cut, statement) } }

    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    private func relay(_ client: Int32) {
        let server = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        try? Self.withAddress(target) { _ = connect(server, $0, $1) }
        Thread.detachNewThread { [self] in forward(from: client, to: server, mayCut: true) }
        Thread.detachNewThread { [self] in forward(from: server, to: client, mayCut: false) }
    }

    private func forward(from source: Int32, to sink: Int32, mayCut: Bool) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var isMeant = false
        while case let count = read(source, &buffer, buffer.count), count > 0 {
            let chunk = Array(buffer[..<count])
            let cut = mayCut ? due(in: chunk, &isMeant) : nil
            if case .before = cut { break }
            if case .after = cut {
                // Nothing of the answer passes: this end is closed before the server is asked.
                shutdown(source, Int32(SHUT_RDWR))
                _ = send(sink, chunk, count, Int32(MSG_NOSIGNAL))
                // The server gets its commit before it sees the end of the connection.
                shutdown(sink, Int32(SHUT_WR))
                while read(sink, &buffer, buffer.count) > 0 {}
                break
            }
            guard send(sink, chunk, count, Int32(MSG_NOSIGNAL)) == count else { break }
        }
        shutdown(source, Int32(SHUT_RDWR))
        shutdown(sink, Int32(SHUT_RDWR))
    }

    /// - Parameter isMeant: whether this connection has said what tells it from others.
    private func due(in chunk: [UInt8], _ isMeant: inout Bool) -> Cut? {
        plan.withLock { plan in
            guard let found = plan else { return nil }
            if chunk.contains(found.connection) { isMeant = true }
            guard isMeant, chunk.contains(found.cut.word) else { return nil }
            plan = nil
            _ = cuts.next()
            return found.cut
        }
    }

    private static func withAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Void) throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        try withUnsafePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { try body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
    }
}

extension [UInt8] {
    fileprivate func contains(_ word: String) -> Bool {
        let word = Array(word.utf8)
        return indices.contains { self[$0...].starts(with: word) }
    }
}

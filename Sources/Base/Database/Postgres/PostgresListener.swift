internal import CPostgres
internal import Dispatch
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// Hears what other nodes announce (`NOTIFY`), on a connection and a thread of its own, begun when somebody first wants to hear.
final class PostgresListener: Sendable {
    static let channel = "portico"

    private struct State {
        var continuation: AsyncStream<Void>.Continuation?
        /// Written to, it wakes the thread for its end.
        var wakePipe: (read: Int32, write: Int32)?
        var isClosed = false
    }

    private let server: PostgresServer
    private let state = Mutex(State())

    init(_ server: PostgresServer) { self.server = server }

    /// One listener at a time: a later call ends the stream of an earlier one.
    func announcements() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let ends = state.withLock { state -> (read: Int32, write: Int32)? in
            state.continuation?.finish()
            state.continuation = continuation
            guard state.wakePipe == nil, !state.isClosed else { return nil }
            var ends: [Int32] = [0, 0]
            guard pipe(&ends) == 0 else { return nil }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            state.wakePipe = (ends[0], ends[1])
            return state.wakePipe
        }
        if let ends { begin(wokenBy: ends.read) }
        return stream
    }

    func close() {
        state.withLock { state in
            state.isClosed = true
            state.continuation?.finish()
            if let pipe = state.wakePipe { Glibc.close(pipe.write) }
            state.wakePipe = nil
        }
    }

    private func begin(wokenBy descriptor: Int32) {
        let (server, tell) = (server, { @Sendable [weak self] in _ = self?.state.withLock { $0.continuation?.yield() } })
        DispatchQueue(label: "portico.database.listener").async {
            var failures = 0
            repeat {
                failures = Self.listen(server, until: descriptor, tell: tell) ? 0 : failures + 1
            } while !Self.ends(descriptor, within: Int32(min(5000, 100 << min(failures, 6))))
            Glibc.close(descriptor)
        }
    }

    /// Listens until the connection breaks or the pipe is closed. False where it could not begin.
    private static func listen(_ server: PostgresServer, until descriptor: Int32, tell: () -> Void) -> Bool {
        guard let handle = try? PostgresHandle.connect(server) else { return false }
        defer { PQfinish(handle) }
        guard let answer = PQexec(handle, "LISTEN \(channel)"), PostgresResult(answer).failure == nil else { return false }
        // What was announced while nobody listened is not repeated.
        tell()
        while true {
            var descriptors = [pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0), pollfd(fd: descriptor, events: 0, revents: 0)]
            guard poll(&descriptors, 2, -1) >= 0 || errno == EINTR else { return true }
            guard descriptors[1].revents == 0, PQconsumeInput(handle) == 1 else { return true }
            var heard = false
            while let notice = PQnotifies(handle) {
                heard = true
                PQfreemem(notice)
            }
            if heard { tell() }
        }
    }

    /// Waits; true where the pipe was closed meanwhile.
    private static func ends(_ descriptor: Int32, within milliseconds: Int32) -> Bool {
        var wake = pollfd(fd: descriptor, events: 0, revents: 0)
        return poll(&wake, 1, milliseconds) > 0
    }
}

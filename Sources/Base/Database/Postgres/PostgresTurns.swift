import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Lets transactions of one process run side by side, those that met others again and again one after the other, and at last one alone: so
/// each comes through, however many want the same row.
final class PostgresTurns: @unchecked Sendable {
    /// Held by one at a time of those that have met others some times.
    private let turn = Mutex(())
    // A lock of the system's, at an address that stays. Who waits to be alone goes before those that come later.
    private let lock = UnsafeMutablePointer<pthread_rwlock_t>.allocate(capacity: 1)

    private static let retriesBeforeTurns = 3
    private static let retriesBeforeAlone = 8

    init() {
        var attributes = pthread_rwlockattr_t()
        pthread_rwlockattr_init(&attributes)
        #if canImport(Glibc)
            pthread_rwlockattr_setkind_np(&attributes, Int32(PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP))
        #endif
        pthread_rwlock_init(lock, &attributes)
        pthread_rwlockattr_destroy(&attributes)
    }

    deinit {
        pthread_rwlock_destroy(lock)
        lock.deallocate()
    }

    func run<Result>(after retries: Int, _ body: () -> Result) -> Result {
        switch retries {
        case ..<Self.retriesBeforeTurns: hold(pthread_rwlock_rdlock, body)
        case ..<Self.retriesBeforeAlone: turn.withLock { _ in hold(pthread_rwlock_rdlock, body) }
        default: hold(pthread_rwlock_wrlock, body)
        }
    }

    private func hold<Result>(_ take: (UnsafeMutablePointer<pthread_rwlock_t>) -> Int32, _ body: () -> Result) -> Result {
        _ = take(lock)
        defer { pthread_rwlock_unlock(lock) }
        return body()
    }
}

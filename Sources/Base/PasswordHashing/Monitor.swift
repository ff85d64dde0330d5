internal import Glibc

/// A value behind a mutex, with a condition on which threads of our own wait: what Swift's `Mutex` does not offer.
///
/// `@unchecked Sendable`: the two C handles are made once, do not move and are destroyed with the object, which nobody uses
/// any more by then; `value` is touched only while the mutex is held.
final class Monitor<Value: Sendable>: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>
    private var value: Value

    init(_ value: Value) {
        mutex = .allocate(capacity: 1)
        changed = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        // The wall clock can be set; a wait must not grow or end with it.
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(changed, &attributes)
        pthread_condattr_destroy(&attributes)
        self.value = value
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    func withLock<R>(_ body: (inout Value) -> R) -> R {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body(&value)
    }

    /// One waiting thread looks again.
    func wakeOne() { pthread_cond_signal(changed) }

    /// Every waiting thread looks again.
    func wakeAll() { pthread_cond_broadcast(changed) }

    /// Blocks the calling thread until `body` returns a value; nil after `timeout`. Only for threads of our own.
    func wait<R>(atMost timeout: Duration?, _ body: (inout Value) -> R?) -> R? {
        let deadline = timeout.map(Self.monotonicTime)
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let result = body(&value) { return result }
            if var deadline {
                // One last look: the value may have changed at the moment the time ran out.
                if pthread_cond_timedwait(changed, mutex, &deadline) == ETIMEDOUT { return body(&value) }
            } else {
                pthread_cond_wait(changed, mutex)
            }
        }
    }

    private static func monotonicTime(after duration: Duration) -> timespec {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        // A year is for ever here, and no setting can overflow the sum.
        let (seconds, attoseconds) = min(max(duration, .zero), .seconds(31_536_000)).components
        let nanoseconds = now.tv_nsec + Int(attoseconds / 1_000_000_000)
        return timespec(tv_sec: now.tv_sec + Int(seconds) + nanoseconds / 1_000_000_000, tv_nsec: nanoseconds % 1_000_000_000)
    }
}

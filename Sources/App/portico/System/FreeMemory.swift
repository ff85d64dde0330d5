import CMalloc

/// What the C library holds of memory that nothing uses any more.
enum FreeMemory {
    /// Gives it back to the system. A burst of work leaves tens of MiB behind, which glibc would keep for the life of the process.
    static func giveBack() { portico_give_back_free_memory() }
}

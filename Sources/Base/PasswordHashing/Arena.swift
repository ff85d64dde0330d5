internal import Glibc

/// A block of memory for Argon2, mapped from the system and given back when the value ends.
///
/// The system hands out pages filled with zeros, so nothing of a hash survives `munmap`; between two hashes libargon2 has
/// overwritten what it used.
struct Arena: ~Copyable {
    let bytes: UnsafeMutableRawBufferPointer

    /// - Throws: `failed` where the system has no address space for it. Pages are only taken when they are first written.
    init(byteCount: Int) throws(PasswordHashError) {
        // A start on a huge page's boundary lets the whole arena consist of them; the kernel aligns no further than a page.
        let reserved = byteCount + Self.hugePage
        guard let base = mmap(nil, reserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), base != MAP_FAILED else {
            throw .failed
        }
        let start = base.alignedUp(toMultipleOf: Self.hugePage)
        let kept = (byteCount + Self.page - 1) / Self.page * Self.page
        let before = start - base
        if before > 0 { munmap(base, before) }
        if reserved > before + kept { munmap(start + kept, reserved - before - kept) }

        // Argon2 reads blocks at random: with pages of 2 MiB it neither faults nor misses the TLB once in 4 KiB.
        madvise(start, kept, MADV_HUGEPAGE)
        // Nothing of a hash in a core dump.
        madvise(start, kept, MADV_DONTDUMP)
        bytes = UnsafeMutableRawBufferPointer(start: start, count: kept)
    }

    deinit {
        munmap(bytes.baseAddress, bytes.count)
    }

    private static let page = 4096
    private static let hugePage = 2 * 1024 * 1024
}
